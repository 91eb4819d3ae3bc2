"""The change that opens a project. Its key comes from the deal, and Jira keeps keys unique."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from connectors.common import Api, Cached, VendorOperation
from connectors.jira.house import House
from connectors.jira.refusals import Taken
from connectors.jira.wire import PROPERTY, Account, NewProject, Project
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import DealId, ExternalId, local_id
from domain.project import OpenProject
from ports.failures import Absent, Rejected
from ports.operation import Attempt

_KIND = EffectKind("pm.project")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# A key that starts so is no word of JQL; ten capitals and digits are the most that Jira takes.
_PREFIX, _KEYS = "CW", len(_DIGITS) ** 8
_LONGEST_NAME = 80


def project_key(deal: DealId) -> str:
    """CW and the deal's number in base 36, or a hash of a deal that has no such number."""
    local = local_id(deal)
    number = int(local) if local.isdecimal() else 0
    if not 0 < number < _KEYS:
        number = int.from_bytes(hashlib.sha256(local.encode()).digest()) % _KEYS
    text = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return _PREFIX + text


@dataclass(frozen=True)
class ProjectChange(VendorOperation[Api]):
    """Opens a company-managed project; taking it back puts it in the trash with all its parts."""

    house: House
    me: Cached[str]
    kind = _KIND

    async def do(self, command: OpenProject, ticket: Attempt) -> Receipt:
        del ticket
        try:
            answer = await self.client.post("/project", body=await self._body(command))
        except Taken as taken:
            # What is taken may be taken by us: by an attempt whose answer was lost.
            if found := await self.find(command):
                return found[0]
            key = project_key(command.deal)
            reason = (
                f"the key {key} or its name belongs to another project, maybe in the trash: "
                f"rename that one, or delete it for good ({taken.reason})"
            )
            raise Rejected(self.system, reason) from taken
        made = answer.read(NewProject)
        return self._made(str(made.id), made.key)

    async def find(self, command: OpenProject) -> Sequence[Receipt]:
        try:
            answer = await self.client.get(
                "/project/{}", project_key(command.deal), query={"properties": PROPERTY}
            )
        except Absent:
            return ()
        project = answer.read(Project)
        if project.deleted or not project.is_for(command.deal, command.url):
            return ()
        return (self._made(project.id, project.key),)

    async def undo(self, command: OpenProject, made: Receipt) -> None:
        del command
        with suppress(Absent):
            await self.client.delete("/project/{}", made.id, query={"enableUndo": "true"})

    def _made(self, number: str, key: str) -> Receipt:
        url = f"{self.house.app_url}/browse/{key}"
        return Receipt(id=ExternalId(number), url=url, parts={"key": ExternalId(key)})

    async def _body(self, command: OpenProject) -> dict[str, str]:
        key = project_key(command.deal)
        suffix = f" ({key})"
        return {
            "key": key,
            "name": " ".join(command.name.split())[: _LONGEST_NAME - len(suffix)] + suffix,
            "projectTypeKey": self.house.project_type,
            "projectTemplateKey": self.house.template,
            "leadAccountId": self.house.lead or await self.me.get(),
            "assigneeType": "PROJECT_LEAD",
            "description": f"{command.customer}. Deal {command.deal}: {command.url}",
            "url": command.url,
        }


def project_change(site: Api, house: House, settle: timedelta) -> ProjectChange:
    async def me() -> str:
        return (await site.get("/myself")).read(Account).id

    repeat = IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE, settle_time=settle)
    return ProjectChange(site, repeat, house, Cached(me, timedelta(hours=1)))
