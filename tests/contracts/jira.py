"""Jira's harness: its sandbox in process, a project manager's client, and its faults."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from connectors.common import Roles
from connectors.jira import JiraSettings, open_jira
from connectors.memory import Fault
from domain.effect import Receipt
from domain.ids import ExternalId, MilestoneKey
from ports.pm import Pm
from testbed.certificates import authorities
from testbed.vendors.serving import Sandbox, serve
from tests.contracts.pm_harness import DEAL, Look
from tests.contracts.webhook_receiver import Delivery, WebhookReceiver, open_receiver
from tests.references import OURS, THEIRS

REST = "/rest/api/3"
TOKEN = "jira-demo-token"
HOOK_SECRET = "It's a Secret to Everybody"
_PM = ("pm@lowfold.example", "jira-pm-token")
_FAULTS = {
    Fault.THROTTLED: {"operation": "*", "kind": "throttle"},
    Fault.LOST_REPLY: {"operation": f"P* {REST}/*", "kind": "lost_reply"},
}


def settings(url: str, **changes: Any) -> JiraSettings:
    given = {"url": url, "email": "cashward@lowfold.example", "token": TOKEN, **changes}
    return JiraSettings.model_validate(given)


@dataclass(frozen=True)
class JiraHarness:
    """The connector under test, and its sandbox. `client` is the client of a project manager."""

    sandbox: Sandbox
    roles: Roles
    client: httpx.AsyncClient

    @property
    def url(self) -> str:
        return self.sandbox.urls["jira"]

    @property
    def pm(self) -> Pm:
        assert self.roles.pm
        return self.roles.pm

    async def reach(self, project: ExternalId, milestone: MilestoneKey) -> None:
        marked = {each["description"]: each["id"] for each in await self.versions(project)}
        await self.write(
            "PUT", f"/version/{marked[OURS.of(f'{DEAL}:{milestone}')]}", {"released": True}
        )

    consultant = "acc-pm"

    async def book(self, project: ExternalId, package: str, minutes: int, day: date) -> ExternalId:
        issue = await self._issue_of(project, package)
        started = {"timeSpent": f"{minutes}m", "started": f"{day}T09:30:00.000+0100"}
        booked = await self.write("POST", f"/issue/{issue}/worklog", started)
        self.wait_a_minute()
        return ExternalId(booked["id"])

    async def rebook(self, entry: ExternalId, minutes: int) -> None:
        await self.write("PUT", await self._worklog(entry), {"timeSpent": f"{minutes}m"})
        self.wait_a_minute()

    async def unbook(self, entry: ExternalId) -> None:
        await self.write("DELETE", await self._worklog(entry))
        self.wait_a_minute()

    def wait_a_minute(self) -> None:
        """The feeds leave the last minute out."""
        self.sandbox.apps["jira"].vendor.clock.advance(61)

    async def _worklog(self, entry: ExternalId) -> str:
        (found,) = await self.write("POST", "/worklog/list", {"ids": [int(entry)]})
        return f"/issue/{found['issueId']}/worklog/{entry}"

    async def edit(self, part: str, made: Receipt) -> Look:
        words = "Written by a person"
        thing = next(iter(made.parts.values()), made.id)
        path, field = {
            "charter": (f"/project/{thing}", "description"),
            "milestones": (f"/version/{thing}", "name"),
            "work": (f"/issue/{thing}", "summary"),
        }[part]
        changes = {field: words}
        await self.write("PUT", path, {"fields": changes} if part == "work" else changes)

        async def is_there() -> bool:
            found = await self.read(path)
            return words in found.get("fields", found)[field]

        return is_there

    async def _issue_of(self, project: ExternalId, package: str) -> str:
        mine = OURS.of(f"{DEAL}:{package}")
        (found,) = (
            issue["id"]
            for issue in await self.issues(project)
            if issue["properties"]["cashward"]["reference"] == mine
        )
        return str(found)

    async def versions(self, project: ExternalId) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.read(f"/project/{project}/versions")
        return found

    async def issues(self, project: ExternalId) -> list[dict[str, Any]]:
        """All issues of a project that has few, oldest first."""
        key = (await self.read(f"/project/{project}"))["key"]
        keys = [f"{key}-{number}" for number in range(1, 101)]
        query = {"issueIdsOrKeys": keys, "fields": ["*all"], "properties": ["cashward"]}
        found: list[dict[str, Any]] = (await self.write("POST", "/issue/bulkfetch", query))[
            "issues"
        ]
        return found

    async def read(self, path: str, **query: str) -> Any:
        return (await self.client.get(REST + path, params=query)).raise_for_status().json()

    async def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = await self.client.request(method, REST + path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def calls(self) -> list[str]:
        """Return the connector's calls so far, in order."""
        lines = (await self.client.get("/_sandbox/oplog")).json()
        mine = [line["operation"] for line in lines if line["actor"] in {"cashward", "oauth"}]
        return [operation.replace(REST, "") for operation in mine]

    async def spoil(self, *rules: Mapping[str, Any]) -> None:
        faults = {"rules": rules, "hang_for": 0.5, "late_by": 0.5}
        (await self.client.put("/_sandbox/faults", json=faults)).raise_for_status()

    async def heal(self) -> None:
        (await self.client.put("/_sandbox/faults", json={})).raise_for_status()

    def opened(self, **changes: Any) -> AbstractAsyncContextManager[Roles]:
        return open_jira(settings(**{"url": self.url, **changes}), OURS)

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        return open_jira(settings(self.url), THEIRS)

    @asynccontextmanager
    async def with_fault(self, fault: Fault) -> AsyncIterator[Roles]:
        changes = {
            Fault.DOWN: {"url": "http://127.0.0.1:9"},
            Fault.LOCKED_OUT: {"token": "wrong"},
        }
        if rule := _FAULTS.get(fault):
            await self.spoil(rule)
        async with self.opened(**changes.get(fault, {})) as roles:
            yield roles
        await self.heal()

    @asynccontextmanager
    async def webhook_receiver(self) -> AsyncIterator[WebhookReceiver]:
        async with open_receiver(_is_genuine, _named) as receiver:
            events = ["jira:version_released", "jira:version_updated"]
            hook = {
                "name": "receiver",
                "url": receiver.url,
                "events": events,
                "secret": HOOK_SECRET,
            }
            made = await self.client.post("/rest/webhooks/1.0/webhook", json=hook)
            made.raise_for_status()
            yield receiver


def _is_genuine(delivery: Delivery) -> bool:
    signed = hmac.new(HOOK_SECRET.encode(), delivery.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={signed}", delivery.headers.get("x-hub-signature", ""))


def _named(body: bytes) -> set[str]:
    return {json.loads(body)["version"]["id"]}


@asynccontextmanager
async def pm(folder: Path) -> AsyncIterator[JiraHarness]:
    async with serve(folder, only=["jira"]) as sandbox:
        url = sandbox.urls["jira"]
        client = httpx.AsyncClient(base_url=url, auth=_PM, verify=authorities())
        async with open_jira(settings(url), OURS) as roles, client:
            yield JiraHarness(sandbox, roles, client)
