"""Gives the owner of a deal a task."""

from collections.abc import Sequence
from contextlib import suppress

from connectors.bottlecrm.client import BottlecrmClient
from connectors.bottlecrm.errors import require_success, uncertain_if_lost
from connectors.bottlecrm.models.owner_task import COMPLETED, Task, new_task, tasks_query
from connectors.common import VendorOperation
from connectors.common.field_definitions import KEY
from domain.effect import EffectKind, Receipt, Strategy
from domain.ids import ExternalId
from domain.owner_task import OwnerTask
from ports.failures import Absent, Misconfigured, Uncertain
from ports.operation import Attempt

_PATH = "/api/tasks/"


class OwnerTaskOperation(VendorOperation[BottlecrmClient]):
    """Makes a task, which is found by the key in its custom field.

    BottleCRM does not refuse a repeat, and its response has no id.
    """

    kind = EffectKind("crm.task")
    strategy = Strategy.SEARCH_FIRST

    async def do(self, command: OwnerTask, attempt: Attempt) -> Receipt:
        """Make a task, and return the oldest one with our key."""
        deal = self.client.local_id(command.deal)
        owner = (await self.client.deal(deal)).deal.owner
        await self._require_key_field()
        body = new_task(command, self._reference(command), deal, owner)
        require_success(await self.client.api.post(_PATH, body=body))
        with uncertain_if_lost(self.system):
            found = await self.find(command)
        if not found:
            raise Uncertain(self.system, "the task was made, and is not found", answered=True)
        return found[0]

    async def find(self, command: OwnerTask) -> Sequence[Receipt]:
        """Find open and completed tasks: a completed task is not made again."""
        try:
            deal = self.client.local_id(command.deal)
        except Absent:
            return ()
        response = await self.client.api.get(
            _PATH, query=tasks_query(self._reference(command), deal)
        )
        tasks = response.read(list[Task], "tasks")
        tasks.sort(key=lambda task: (task.created_at, task.id))
        return [Receipt(id=ExternalId(task.id), url=self.client.url(deal)) for task in tasks]

    async def undo(self, command: OwnerTask, receipt: Receipt) -> None:
        with suppress(Absent):
            path = f"{_PATH}{{}}/"
            require_success(await self.client.api.patch(path, receipt.id, body=COMPLETED))

    def _reference(self, command: OwnerTask) -> str:
        return self.client.references.of(command.subject)

    async def _require_key_field(self) -> None:
        """Raises Misconfigured where BottleCRM would drop our key."""
        for field in await self.client.definitions():
            if (field.record, field.key, field.is_active) == ("Task", KEY, True):
                return
        raise Misconfigured(self.system, f"tasks have no {KEY}: prepare the account")
