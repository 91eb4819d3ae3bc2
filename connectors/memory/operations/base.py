"""A change in memory: upserts by our key, so that a repeat does nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic

from connectors.memory.world import SYSTEM, MemoryWorld
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from ports.operation import Attempt, C

_REPEAT = IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE)


@dataclass(frozen=True, kw_only=True)
class MemoryChange(Generic[C]):
    """Made of three plain functions over the world; one that is there already is kept."""

    world: MemoryWorld
    kind: EffectKind
    add: Callable[[C], Receipt]
    look: Callable[[C], Sequence[Receipt]]
    remove: Callable[[C, Receipt], None]
    is_repeatable: bool = True
    idempotency: IdempotencyPolicy = _REPEAT
    system: str = SYSTEM

    async def do(self, command: C, ticket: Attempt) -> Receipt:
        del ticket
        return self.world.answer(partial(self._once, command), changes=True)

    async def find(self, command: C) -> Sequence[Receipt]:
        # An upsert is told anew rather than looked for.
        blind = self.idempotency.strategy is Strategy.UPSERT
        return self.world.answer(lambda: () if blind else self.look(command))

    async def undo(self, command: C, made: Receipt) -> None:
        self.world.answer(partial(self.remove, command, made), changes=True)

    def _once(self, command: C) -> Receipt:
        there = self.look(command)
        return there[0] if there else self.add(command)
