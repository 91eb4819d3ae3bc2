"""The nodes of a filter expression, each able to test a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from testbed.vendors.xero.wire.values import Value, fold

Row: TypeAlias = Callable[[str], Value]


class Expression(Protocol):
    """A filter that a row passes or not."""

    def holds(self, row: Row) -> bool: ...

    def pins(self) -> Mapping[str, Value]:
        """The fields that must equal a value for any row to pass; they can lead an index."""


@dataclass(frozen=True)
class Compare:
    """A field against a literal."""

    path: str
    sign: str
    literal: Value

    def holds(self, row: Row) -> bool:
        found = row(self.path)
        if self.sign in {"==", "!="}:
            return (fold(found) == fold(self.literal)) is (self.sign == "==")
        if found is None or self.literal is None:
            return False
        return _ORDERS[self.sign](fold(found), fold(self.literal))

    def pins(self) -> Mapping[str, Value]:
        return {self.path: self.literal} if self.sign == "==" else {}


@dataclass(frozen=True)
class TextTest:
    """A text method of a field."""

    path: str
    method: str
    literal: str

    def holds(self, row: Row) -> bool:
        found = row(self.path)
        return isinstance(found, str) and METHODS[self.method](
            str(fold(found)), str(fold(self.literal))
        )

    def pins(self) -> Mapping[str, Value]:
        return {}


@dataclass(frozen=True)
class Both:
    """AND."""

    left: Expression
    right: Expression

    def holds(self, row: Row) -> bool:
        return self.left.holds(row) and self.right.holds(row)

    def pins(self) -> Mapping[str, Value]:
        return {**self.left.pins(), **self.right.pins()}


@dataclass(frozen=True)
class Either:
    """OR."""

    left: Expression
    right: Expression

    def holds(self, row: Row) -> bool:
        return self.left.holds(row) or self.right.holds(row)

    def pins(self) -> Mapping[str, Value]:
        return {}


_ORDERS: dict[str, Callable[..., bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
METHODS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
