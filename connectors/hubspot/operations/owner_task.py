"""Gives the owner of a deal a task."""

from collections.abc import Sequence
from contextlib import suppress

from connectors.common import VendorOperation
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.models.owner_task import COMPLETED, has_reference, new_task
from connectors.hubspot.models.records import Record
from domain.effect import EffectKind, Receipt, Strategy
from domain.ids import ExternalId
from domain.owner_task import OwnerTask
from ports.failures import Absent
from ports.operation import Attempt


class OwnerTaskOperation(VendorOperation[HubspotClient]):
    """Makes a task with our reference in its body; HubSpot does not refuse a repeat.

    It is found by the associations of the deal, since HubSpot's search lags.
    """

    kind = EffectKind("crm.task")
    strategy = Strategy.SEARCH_FIRST

    async def do(self, command: OwnerTask, attempt: Attempt) -> Receipt:
        deal = self.client.local_id(command.deal)
        owner = (await self.client.read("deals", deal)).text("hubspot_owner_id")
        path = self.client.paths.objects("tasks")
        body = new_task(command, self._reference(command), deal, owner)
        response = await self.client.api.post(path, body=body)
        return _receipt(response.read(Record))

    async def find(self, command: OwnerTask) -> Sequence[Receipt]:
        """Find open and completed tasks: a completed task is not made again."""
        try:
            deal = self.client.local_id(command.deal)
            associations = await self.client.associations("deals", deal, "tasks")
        except Absent:
            return ()
        tasks = await self.client.read_all("tasks", [str(each.id) for each in associations])
        reference = self._reference(command)
        ours = (task for task in tasks.values() if has_reference(task, reference))
        return [_receipt(task) for task in sorted(ours, key=lambda task: int(task.id))]

    async def undo(self, command: OwnerTask, receipt: Receipt) -> None:
        with suppress(Absent):
            await self.client.update("tasks", receipt.id, COMPLETED)

    def _reference(self, command: OwnerTask) -> str:
        return self.client.references.of(command.subject)


def _receipt(task: Record) -> Receipt:
    return Receipt(id=ExternalId(task.id), url=task.url)
