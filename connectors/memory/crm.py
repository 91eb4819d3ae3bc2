"""A CRM in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connectors.common import capabilities
from connectors.memory.change import MemoryChange
from connectors.memory.world import SYSTEM, MemoryWorld, Task
from domain.deal import Deal
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import DealId, ExternalId
from domain.owner_task import OwnerTask
from domain.write_back import WriteBack
from ports.capability import Capability
from ports.crm import WonDeal
from ports.failures import Absent, Rejected
from ports.operation import Operation
from ports.probe import Probe

_PROJECT = ("project", "project_url")


class MemoryCrm:
    """Deals are found the moment they change; records keep what they were told last."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self._record = MemoryChange[WriteBack](
            world=world,
            kind=EffectKind("crm.record"),
            add=self._tell,
            look=lambda _: (),
            remove=self._forget,
            idempotency=IdempotencyPolicy(strategy=Strategy.UPSERT),
        )
        self._task = MemoryChange[OwnerTask](
            world=world,
            kind=EffectKind("crm.task"),
            add=self._ask,
            look=self._asked,
            remove=self._close,
            is_repeatable=False,
        )

    @property
    def capabilities(self) -> frozenset[Capability]:
        return capabilities(self._record, self._task, also={Capability.UPDATED_SINCE})

    @property
    def write_back(self) -> Operation[WriteBack]:
        return self._record

    @property
    def owner_task(self) -> Operation[OwnerTask]:
        return self._task

    async def read_deal(self, deal: DealId) -> Deal:
        return self._world.answer(lambda: self._deal(deal))

    async def won_since(self, since: datetime) -> Sequence[WonDeal]:
        return self._world.answer(lambda: self._won(since))

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        del dry_run
        return self._world.answer(tuple[str, ...])

    async def probe(self) -> Probe:
        probe = Probe(system=SYSTEM, account=SYSTEM, identity="this process")
        return self._world.answer(lambda: probe)

    def _deal(self, id: DealId) -> Deal:
        found = self._world.deals.get(id)
        if found is None:
            raise Absent(SYSTEM, f"no deal {id!r}")
        return found

    def _won(self, since: datetime) -> Sequence[WonDeal]:
        world = self._world
        won = [
            WonDeal(deal=deal.id, changed_at=world.changed[deal.id])
            for deal in world.deals.values()
            if deal.is_won and world.changed[deal.id] >= since
        ]
        return sorted(won, key=lambda each: each.changed_at)

    def _tell(self, command: WriteBack) -> Receipt:
        deal = self._deal(command.deal)
        told = self._world.records.get(
            command.deal, WriteBack(subject=command.subject, deal=deal.id)
        )
        news = {
            name: value
            for name in WriteBack.model_fields
            if (value := getattr(command, name)) is not None
        }
        self._world.records[deal.id] = told.model_copy(update=news)
        self._world.changed[deal.id] = self._world.clock()
        return Receipt(id=ExternalId(deal.id), url=deal.url)

    def _forget(self, command: WriteBack, made: Receipt) -> None:
        del made
        told = self._world.records.get(command.deal)
        if told is None:
            return
        named = command.project is not None or command.project_url is not None
        ours = [
            name for name in _PROJECT if not named or getattr(command, name) == getattr(told, name)
        ]
        self._world.records[command.deal] = told.model_copy(update=dict.fromkeys(ours, ""))

    def _ask(self, command: OwnerTask) -> Receipt:
        deal = self._deal(command.deal)
        if deal.id in self._world.without_tasks:
            raise Rejected(SYSTEM, f"the owner of {deal.id} takes no tasks")
        given = self._world.next_id("A")
        self._world.tasks[given] = Task(asked=command)
        return Receipt(id=given, url=deal.url)

    def _asked(self, command: OwnerTask) -> Sequence[Receipt]:
        tasks = self._world.tasks.items()
        return [Receipt(id=task) for task, each in tasks if each.asked.subject == command.subject]

    def _close(self, command: OwnerTask, made: Receipt) -> None:
        del command
        if task := self._world.tasks.get(made.id):
            self._world.tasks[made.id] = replace(task, is_open=False)
