"""Redmine's harness: the installation itself behind a proxy, people's client, and its faults."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from connectors.common import Roles
from connectors.memory import Fault
from connectors.redmine import RedmineSettings, open_redmine
from domain.effect import Receipt
from domain.ids import ExternalId, MilestoneKey
from ports.pm import Pm
from testbed.systems.common.exchange import Request
from testbed.systems.common.proxy import Fault as ProxyFault
from testbed.systems.common.proxy import Proxy, proxy_before
from testbed.systems.common.system import Running
from testbed.systems.redmine import changes
from tests.contracts.pm_harness import DEAL, Look
from tests.contracts.test_pm import PEOPLE
from tests.references import OURS, THEIRS

_KEY = "X-Redmine-API-Key"
_PANEL = "/projects/{}/wiki/Customer_panel.json"


@dataclass(frozen=True)
class RedmineHarness:
    """The connector under test, which goes through the proxy. `client` connects directly."""

    system: Running
    proxy: Proxy
    roles: Roles
    client: httpx.AsyncClient

    @property
    def pm(self) -> Pm:
        assert self.roles.pm
        return self.roles.pm

    async def reach(self, project: ExternalId, milestone: MilestoneKey) -> None:
        (version,) = await self.ours(f"/projects/{project}/versions", "versions", milestone)
        await self.write("PUT", f"/versions/{version}", {"version": {"status": "closed"}})

    @property
    def consultant(self) -> str:
        return self.system.place.credentials["consultant"]

    async def book(self, project: ExternalId, package: str, minutes: int, day: date) -> ExternalId:
        await self.join(project, self.consultant)
        (issue,) = await self.ours(f"/issues?project_id={project}&status_id=*", "issues", package)
        hours = f"{minutes // 60}:{minutes % 60:02}"
        entry = {"issue_id": issue, "hours": hours, "spent_on": str(day), "activity_id": 9}
        made = await self.write("POST", "/time_entries", {"time_entry": entry}, by="consultant")
        return ExternalId(str(made["time_entry"]["id"]))

    async def rebook(self, entry: ExternalId, minutes: int) -> None:
        hours = {"hours": f"{minutes // 60}:{minutes % 60:02}"}
        await self.write("PUT", f"/time_entries/{entry}", {"time_entry": hours})

    async def unbook(self, entry: ExternalId) -> None:
        await self.write("DELETE", f"/time_entries/{entry}")

    async def join(self, project: ExternalId, user: str) -> None:
        """Make a person a developer of the project, who is not one yet."""
        members = (await self.read(f"/projects/{project}/memberships"))["memberships"]
        if user not in {str(each["user"]["id"]) for each in members}:
            membership = {"user_id": user, "role_ids": [4]}
            path = f"/projects/{project}/memberships"
            await self.write("POST", path, {"membership": membership})

    async def edit(self, part: str, made: Receipt) -> Look:
        words = "Written by a person"
        thing = next(iter(made.parts.values()), made.id)
        path, kind, field = {
            "charter": (f"/projects/{thing}/wiki/Customer_panel", "wiki_page", "text"),
            "milestones": (f"/versions/{thing}", "version", "name"),
            "work": (f"/issues/{thing}", "issue", "subject"),
        }[part]
        await self.write("PUT", path, {kind: {field: words}})

        async def is_there() -> bool:
            return words in (await self.read(path))[kind][field]

        return is_there

    async def ours(self, path: str, listed: str, key: str) -> list[int]:
        """The numbers of all that carry our key."""
        rows = (await self.read(path))[listed]
        return [
            row["id"]
            for row in rows
            if OURS.of(f"{DEAL}:{key}") in {field["value"] for field in row["custom_fields"]}
        ]

    async def read(self, path: str) -> Any:
        path, _, query = path.partition("?")
        return (await self.client.get(f"{path}.json?{query}")).raise_for_status().json()

    async def write(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, by: str = "delivery"
    ) -> Any:
        key = {_KEY: self.system.place.credentials[f"{by}_key"]}
        answer = await self.client.request(method, f"{path}.json", json=body, headers=key)
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content.strip() else None

    def opened(self, **given: Any) -> AbstractAsyncContextManager[Roles]:
        return open_redmine(settings(self.system, **{"url": self.proxy.url, **given}), OURS)

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        return open_redmine(settings(self.system, url=self.proxy.url), THEIRS)

    @asynccontextmanager
    async def with_fault(self, fault: Fault) -> AsyncIterator[Roles]:
        match fault:
            case Fault.LOST_REPLY:
                self.proxy.once(ProxyFault.LOST_REPLY, changes)
            case Fault.THROTTLED:
                self.proxy.decide = _throttle
        given = {
            Fault.DOWN: {"url": "http://127.0.0.1:9"},
            Fault.LOCKED_OUT: {"key": "nobodys-key"},
        }
        async with self.opened(**given.get(fault, {})) as roles:
            yield roles
        self.proxy.heal()


def settings(system: Running, **given: Any) -> RedmineSettings:
    place = system.place.connector
    values = {"url": place["URL"], "key": place["KEY"], **given}
    return RedmineSettings.model_validate(values)


def _throttle(request: Request) -> ProxyFault:
    del request
    return ProxyFault.THROTTLED


@asynccontextmanager
async def pm(system: Running) -> AsyncIterator[RedmineHarness]:
    await system.reset()
    key = {_KEY: system.place.credentials["delivery_key"]}
    client = httpx.AsyncClient(base_url=system.place.url, headers=key, timeout=30, trust_env=False)
    async with (
        proxy_before(system.place.url) as proxy,
        client,
        open_redmine(settings(system, url=proxy.url), OURS) as roles,
    ):
        harness = RedmineHarness(system, proxy, roles, client)
        for login in PEOPLE:
            await harness.write("POST", "/users", {"user": _user(login)})
        yield harness


def _user(login: str) -> dict[str, Any]:
    return {
        "login": login,
        "firstname": "Team",
        "lastname": login,
        "mail": f"{login}@lowfold.example",
        "generate_password": True,
    }
