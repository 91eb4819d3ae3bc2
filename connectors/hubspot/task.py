"""The change that puts a task before a deal's owner, on the deal itself."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Any

from connectors.hubspot.portal import Portal, local
from connectors.hubspot.wire import Record
from domain.effect import EffectKind, IdempotencyPolicy, Receipt
from domain.ids import ExternalId
from domain.owner_task import OwnerTask
from ports.failures import Absent
from ports.operation import Attempt

_KIND = EffectKind("crm.task")
_TASK_TO_DEAL = 216
_DONE = {"hs_task_status": "COMPLETED"}


@dataclass(frozen=True)
class TaskChange:
    """HubSpot makes tasks as often as it is asked; our key is in the body, and found by the deal.

    Its search lags, while what hangs on a record is read as it is.
    """

    portal: Portal
    idempotency: IdempotencyPolicy
    kind: EffectKind = _KIND
    is_repeatable: bool = False

    @property
    def system(self) -> str:
        return self.portal.system

    async def do(self, command: OwnerTask, ticket: Attempt) -> Receipt:
        del ticket
        deal = local(self.system, command.deal)
        owner = (await self.portal.read("deals", deal)).text("hubspot_owner_id")
        path = self.portal.paths.objects("tasks")
        answer = await self.portal.api.post(path, body=_task(command, deal, owner))
        return _made(answer.read(Record))

    async def find(self, command: OwnerTask) -> Sequence[Receipt]:
        """Those that are closed count too: what was asked once is not asked again."""
        try:
            deal = local(self.system, command.deal)
            on_deal = await self.portal.associated("deals", deal, "tasks")
        except Absent:
            return ()
        tasks = await self.portal.read_all("tasks", [str(task.id) for task in on_deal])
        ours = (task for task in tasks.values() if _is(task, command))
        return [_made(task) for task in sorted(ours, key=lambda task: int(task.id))]

    async def undo(self, command: OwnerTask, made: Receipt) -> None:
        del command
        path = f"{self.portal.paths.objects('tasks')}/{{}}"
        with suppress(Absent):
            await self.portal.api.patch(path, made.id, body={"properties": _DONE})


def _task(command: OwnerTask, deal: str, owner: str) -> dict[str, Any]:
    body = escape(f"{command.body}\n\n{_mark(command)}", quote=False).replace("\n", "<br>")
    properties = {
        # Noon, so that it is the same day wherever the owner sits.
        "hs_timestamp": f"{command.due}T12:00:00Z",
        "hs_task_subject": command.title,
        "hs_task_body": body,
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": "TODO",
    }
    on_deal = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TASK_TO_DEAL}
    return {
        "properties": properties | ({"hubspot_owner_id": owner} if owner else {}),
        "associations": [{"to": {"id": deal}, "types": [on_deal]}],
    }


def _mark(command: OwnerTask) -> str:
    return f"cw:{command.subject}"


def _is(task: Record, command: OwnerTask) -> bool:
    mark = re.escape(escape(_mark(command), quote=False))
    return bool(re.search(rf"(?<![\w:.-]){mark}(?![\w:.-])", task.text("hs_task_body")))


def _made(task: Record) -> Receipt:
    return Receipt(id=ExternalId(task.id), url=task.url)
