"""A query as a tree: clauses, how they combine, and the order of the answer."""

from dataclasses import dataclass
from typing import TypeAlias


class Malformed(Exception):
    """The query can't be read; the message is the sentence Jira answers with."""


@dataclass(frozen=True, slots=True)
class Value:
    """One operand: a word, a number or a quoted text."""

    text: str


@dataclass(frozen=True, slots=True)
class Function:
    """One operand that the server works out, such as `currentUser()`."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """The operand `EMPTY` or `NULL`."""


Operand: TypeAlias = Value | Function | Empty


@dataclass(frozen=True, slots=True)
class Clause:
    """A field compared with one operand, or with any of several."""

    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """Every part must hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One part must hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The part must not hold."""

    part: "Condition"


Condition: TypeAlias = Clause | Both | Either | Negated


@dataclass(frozen=True, slots=True)
class Order:
    """One key of the sort."""

    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; without a condition it is unbounded."""

    condition: Condition | None
    order: tuple[Order, ...]
