"""A record of a system that may have come of a deal, and how databases are asked for such."""

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
    """`mark` is empty where it bears none of ours; `within` is the deal of what it lies in."""

    kind: str
    id: str
    mark: str
    within: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.mark or f'{self.id} without a mark'}"

    @property
    def deal(self) -> str:
        """The deal in a mark such as `cw:bottlecrm:ID:m1:r1`."""
        return ":".join(self.mark.removeprefix("cw:").split(":")[:2])

    def is_of(self, deals: Container[str]) -> bool:
        """Whether it belongs to one of these deals, and lies where that deal's things lie."""
        return self.deal in deals and self.within in {None, self.deal}


def twice(records: Iterable[Record]) -> list[str]:
    """What is there more than once under one mark."""
    return more_than_once(str(record) for record in records if record.mark)


def more_than_once(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def ask(place: Place, kind: type[R], sql: str) -> list[R]:
    """The rows, whose columns are named as the fields of their kind."""
    with psycopg.connect(place.database, row_factory=class_row(kind)) as connection:
        return connection.execute(sql.encode()).fetchall()
