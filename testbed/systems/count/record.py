"""Records of systems that may belong to a deal, and their queries."""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TypeVar

import psycopg
from psycopg.rows import class_row

from testbed.systems.common.system import Place

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record. `mark` is empty if it has none of ours; `within` is the deal of its container."""

    kind: str
    id: str
    mark: str
    within: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.mark or f'{self.id} without a mark'}"

    @property
    def deal(self) -> str:
        """Return the deal in a mark such as `cw:acme:bottlecrm:ID:go-live:r1`."""
        return ":".join(self.mark.split(":")[2:4])

    def is_of(self, deals: Container[str]) -> bool:
        """Whether it belongs to one of these deals, and is inside that deal's records."""
        return self.deal in deals and self.within in {None, self.deal}


def twice(records: Iterable[Record]) -> list[str]:
    """Return what exists more than once under one mark."""
    return more_than_once(str(record) for record in records if record.mark)


def more_than_once(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def ask(place: Place, kind: type[R], sql: str) -> list[R]:
    """Return the rows, whose columns are named like the fields of their kind."""
    with psycopg.connect(place.database, row_factory=class_row(kind)) as connection:
        return connection.execute(sql.encode()).fetchall()
