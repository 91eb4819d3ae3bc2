"""Gives the owner of a deal a task."""

from collections.abc import Sequence
from dataclasses import replace

from connectors.memory.operations.base import MemoryOperation
from connectors.memory.world import SYSTEM, Task
from domain.effect import EffectKind, Receipt
from domain.owner_task import OwnerTask
from ports.failures import Rejected


class OwnerTaskOperation(MemoryOperation[OwnerTask]):
    """An undo closes the task; a closed task still counts as existing."""

    kind = EffectKind("crm.task")
    is_repeatable = False

    def create(self, command: OwnerTask) -> Receipt:
        deal = self.world.deal(command.deal)
        if deal.id in self.world.without_tasks:
            raise Rejected(SYSTEM, f"the owner of {deal.id} takes no tasks")
        task = self.world.next_id("A")
        self.world.tasks[task] = Task(command=command)
        return Receipt(id=task, url=deal.url)

    def existing(self, command: OwnerTask) -> Sequence[Receipt]:
        return [Receipt(id=task) for task in self.ours(self.world.tasks, command)]

    def remove(self, command: OwnerTask, receipt: Receipt) -> None:
        if task := self.world.tasks.get(receipt.id):
            self.world.tasks[receipt.id] = replace(task, is_open=False)
