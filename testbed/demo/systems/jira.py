"""A delivery manager at Jira."""

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any, Final

from testbed.demo.clients import VendorClient

REST: Final = "/rest/api/3"
_PAGE: Final = 100


class JiraDelivery:
    """Versions are milestones; releasing one reaches it."""

    name = "jira"

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    async def milestones(self, project: str) -> list[tuple[str, str]]:
        found = await self._versions(project)
        found.sort(key=lambda version: (version["releaseDate"], int(version["id"])))
        return [(version["id"], version["name"]) for version in found]

    async def reach(self, project: str, milestone: str, today: date) -> None:
        del project
        body = {"released": True, "releaseDate": today.isoformat()}
        await self._client.ask("PUT", f"{REST}/version/{milestone}", body)

    async def reached(self, project: str) -> int:
        return sum(version["released"] for version in await self._versions(project))

    async def named(self) -> Sequence[str]:
        names: list[str] = []
        for page in count():
            query = {"startAt": f"{page * _PAGE}", "maxResults": f"{_PAGE}"}
            found = await self._client.ask("GET", f"{REST}/project/search", query=query)
            names += [project["name"] for project in found["values"]]
            if found["isLast"]:
                break
        return names

    def link(self, project: str) -> str:
        return f"{self._client.url}{REST}/project/{project}"

    async def _versions(self, project: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self._client.ask(
            "GET", f"{REST}/project/{project}/versions"
        )
        return found
