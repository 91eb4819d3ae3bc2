"""A delivery manager at Redmine."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final

import httpx

from testbed.demo.clients import TIMEOUT, VendorClient
from testbed.systems.common.system import Place

_PAGE: Final = 100


class RedmineDelivery:
    """Versions are milestones; closing one reaches it."""

    name = "redmine"

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    async def milestones(self, project: str) -> list[tuple[str, str]]:
        found = await self._versions(project)
        found.sort(key=lambda version: (version["due_date"], version["id"]))
        return [(str(version["id"]), version["name"]) for version in found]

    async def reach(self, project: str, milestone: str, today: date) -> None:
        del project, today  # Redmine knows by itself whose it is, and when it was closed
        body = {"version": {"status": "closed"}}
        await self._client.ask("PUT", f"/versions/{milestone}.json", body)

    async def reached(self, project: str) -> int:
        return sum(version["status"] == "closed" for version in await self._versions(project))

    async def named(self) -> Sequence[str]:
        names: list[str] = []
        total = 1
        while len(names) < total:
            query = {"limit": f"{_PAGE}", "offset": f"{len(names)}"}
            found = await self._client.ask("GET", "/projects.json", query=query)
            names += [project["name"] for project in found["projects"]]
            total = found["total_count"] if found["projects"] else 0
        return names

    def link(self, project: str) -> str:
        return f"{self._client.url}/projects/{project}"

    async def _versions(self, project: str) -> list[dict[str, Any]]:
        found = await self._client.ask("GET", f"/projects/{project}/versions.json")
        versions: list[dict[str, Any]] = found["versions"]
        return versions


@asynccontextmanager
async def open_redmine(place: Place) -> AsyncIterator[RedmineDelivery]:
    """Open Redmine with the delivery manager's client."""
    key = {"X-Redmine-API-Key": place.credentials["delivery_key"]}
    async with httpx.AsyncClient(base_url=place.url, headers=key, timeout=TIMEOUT) as http:
        yield RedmineDelivery(VendorClient("redmine", http))
