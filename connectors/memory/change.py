"""A change in memory: upserts by our key, so that a repeat does nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic

from connectors.memory.world import SYSTEM, MemoryWorld
from domain.effect import EffectKind, Made, Repeat, Strategy
from ports.operation import C, Ticket

_REPEAT = Repeat(strategy=Strategy.UNIQUE_REFERENCE)


@dataclass(frozen=True, kw_only=True)
class MemoryChange(Generic[C]):
    """Made of three plain functions over the world; one that is there already is kept."""

    world: MemoryWorld
    kind: EffectKind
    add: Callable[[C], Made]
    look: Callable[[C], Sequence[Made]]
    remove: Callable[[C, Made], None]
    reopens: bool = True
    repeat: Repeat = _REPEAT
    system: str = SYSTEM

    async def make(self, command: C, ticket: Ticket) -> Made:
        del ticket
        return self.world.answer(partial(self._once, command), changes=True)

    async def find(self, command: C) -> Sequence[Made]:
        # An upsert is told anew rather than looked for.
        blind = self.repeat.strategy is Strategy.UPSERT
        return self.world.answer(lambda: () if blind else self.look(command))

    async def take_back(self, command: C, made: Made) -> None:
        self.world.answer(partial(self.remove, command, made), changes=True)

    def _once(self, command: C) -> Made:
        there = self.look(command)
        return there[0] if there else self.add(command)
