"""An operation in memory: it keeps what carries our key, so that a repeat changes nothing."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar, Generic

from connectors.common import References
from connectors.memory.world import SYSTEM, MemoryWorld
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import ExternalId
from ports.operation import Attempt, C

UPSERT = IdempotencyPolicy(strategy=Strategy.UPSERT)


class MemoryOperation(ABC, Generic[C]):
    """A subclass adds three plain functions over the world."""

    kind: ClassVar[EffectKind]
    system: str = SYSTEM
    idempotency: IdempotencyPolicy = IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE)
    is_repeatable: bool = True
    looks_first: bool = False

    def __init__(self, world: MemoryWorld, references: References) -> None:
        self.world = world
        self.references = references

    async def tenant(self) -> str:
        return self.world.tenant

    async def do(self, command: C, attempt: Attempt) -> Receipt:
        return self.world.respond(partial(self._once, command), changes=True)

    async def find(self, command: C) -> Sequence[Receipt]:
        is_upsert = self.idempotency.strategy is Strategy.UPSERT
        return self.world.respond(lambda: () if is_upsert else self.existing(command))

    async def undo(self, command: C, receipt: Receipt) -> None:
        self.world.respond(partial(self.remove, command, receipt), changes=True)

    @abstractmethod
    def create(self, command: C) -> Receipt: ...

    @abstractmethod
    def existing(self, command: C) -> Sequence[Receipt]: ...

    @abstractmethod
    def remove(self, command: C, receipt: Receipt) -> None: ...

    def reference(self, command: C) -> str:
        return self.references.of(command.subject)

    def ours(self, records: Iterable[ExternalId], command: C) -> Sequence[ExternalId]:
        """The records that have our reference."""
        reference = self.reference(command)
        return [each for each in records if self.world.references.get(each) == reference]

    def _once(self, command: C) -> Receipt:
        if existing := self.existing(command):
            return existing[0]
        made = self.create(command)
        self.world.references.setdefault(made.id, self.reference(command))
        self.world.made_at.setdefault(made.id, self.world.clock())
        return made


def receipt_of(list_name: str, id: ExternalId) -> Receipt:
    return Receipt(id=id, url=f"memory://{list_name}/{id}")
