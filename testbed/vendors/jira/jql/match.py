"""Run a parsed query over issues: each clause becomes a test, or a refusal in Jira's words."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.jql.query import (
    Both,
    Clause,
    Condition,
    Either,
    Empty,
    Function,
    Malformed,
    Negated,
    Operand,
    Order,
    Query,
)

Scalar: TypeAlias = str | int | float
Test: TypeAlias = Callable[[Doc], bool]


class Kind(StrEnum):
    """How the values of a field compare."""

    REFERENCE = "reference"
    TEXT = "text"
    ORDERED = "ordered"


@dataclass(frozen=True, slots=True)
class Field:
    """What a query may ask of a field.

    `resolve` turns what a query says into the values it means; None means that there is no such
    value, which Jira refuses, while an empty sequence quietly matches nothing.
    """

    kind: Kind
    read: Callable[[Doc], Sequence[Scalar]]
    resolve: Callable[[str], Sequence[Scalar] | None]


Fields: TypeAlias = Mapping[str, Field]
Functions: TypeAlias = Mapping[str, Callable[[Sequence[str]], Sequence[str]]]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ALLOWED = {
    Kind.REFERENCE: {"=", "!=", "IN", "NOT IN", "IS", "IS NOT"},
    Kind.TEXT: {"~", "!~", "IS", "IS NOT"},
    Kind.ORDERED: {"=", "!=", "IN", "NOT IN", "IS", "IS NOT", "<", ">", "<=", ">="},
}


class Matcher:
    """Knows the fields and functions of a site, and so what a query means there."""

    def __init__(self, fields: Fields, functions: Functions) -> None:
        self._fields = fields
        self._functions = functions

    def test(self, condition: Condition) -> Test:
        """Whether an issue fits the condition."""
        match condition:
            case Both(parts):
                tests = [self.test(part) for part in parts]
                return lambda issue: all(test(issue) for test in tests)
            case Either(parts):
                tests = [self.test(part) for part in parts]
                return lambda issue: any(test(issue) for test in tests)
            case Negated(part):
                inner = self.test(part)
                return lambda issue: not inner(issue)
            case Clause():
                return self._clause(condition)

    def ordered(self, issues: list[Doc], order: Iterable[Order]) -> list[Doc]:
        """The issues in the order asked for; what has no value comes last."""
        for key in reversed(list(order)):
            read = self._field(key.field).read
            full = [issue for issue in issues if read(issue)]
            full.sort(key=lambda issue: read(issue)[0], reverse=key.descending)
            issues = full + [issue for issue in issues if not read(issue)]
        return issues

    def values(self, query: Query, name: str) -> set[Scalar] | None:
        """The only values a field can have in the answer, if the query says so plainly."""
        parts = query.condition.parts if isinstance(query.condition, Both) else [query.condition]
        for part in parts:
            if isinstance(part, Clause) and part.field.lower() == name and _is_plain(part):
                return set(self._resolved(part, self._field(name)))
        return None

    def _field(self, name: str) -> Field:
        field = self._fields.get(name.lower())
        if field is None:
            text = f"Field '{name}' does not exist or you do not have permission to view it."
            raise Malformed(text)
        return field

    def _clause(self, clause: Clause) -> Test:
        field, sign = self._field(clause.field), clause.operator
        if sign not in _ALLOWED[field.kind]:
            raise Malformed(
                f"The operator '{sign.lower()}' is not supported by the '{clause.field}' field."
            )
        read = field.read
        if sign in {"IS", "IS NOT"} or clause.operands == (Empty(),):
            wants_some = sign in {"IS NOT", "!=", "NOT IN"}
            return lambda issue: bool(read(issue)) is wants_some
        wanted = self._resolved(clause, field)
        if sign in _ORDERS:
            return _comparing(read, _ORDERS[sign], wanted)
        if field.kind is Kind.TEXT:
            return _saying(read, [str(word) for word in wanted], says=sign == "~")
        return _among(read, frozenset(wanted), clause)

    def _resolved(self, clause: Clause, field: Field) -> list[Scalar]:
        found: list[Scalar] = []
        for text in self._texts(clause):
            values = field.resolve(text)
            if values is None:
                raise Malformed(
                    f"The value '{text}' does not exist for the field '{clause.field}'."
                )
            found += values
        return found

    def _texts(self, clause: Clause) -> list[str]:
        return [text for operand in clause.operands for text in self._said(operand)]

    def _said(self, operand: Operand) -> Sequence[str]:
        match operand:
            case Empty():
                return ()
            case Function(name, arguments):
                work_out = self._functions.get(name.lower())
                if work_out is None:
                    raise Malformed(f"Unable to find JQL function '{name}({','.join(arguments)})'.")
                return work_out(arguments)
            case _:
                return (operand.text,)


def _is_plain(clause: Clause) -> bool:
    return clause.operator in {"=", "IN"} and Empty() not in clause.operands


def _among(
    read: Callable[[Doc], Sequence[Scalar]], wanted: frozenset[Scalar], clause: Clause
) -> Test:
    """A negated comparison needs a value, too: what is empty fits neither way."""
    empty_fits = Empty() in clause.operands
    if clause.operator in {"!=", "NOT IN"}:
        return lambda issue: bool(values := read(issue)) and wanted.isdisjoint(values)
    return lambda issue: not wanted.isdisjoint(values := read(issue)) or (empty_fits and not values)


def _comparing(
    read: Callable[[Doc], Sequence[Scalar]],
    compare: Callable[[Any, Any], bool],
    wanted: Sequence[Scalar],
) -> Test:
    return lambda issue: any(compare(value, bound) for value in read(issue) for bound in wanted)


def _saying(read: Callable[[Doc], Sequence[Scalar]], words: list[str], *, says: bool) -> Test:
    def test(issue: Doc) -> bool:
        text = " ".join(str(value) for value in read(issue)).casefold()
        found = all(word in text for phrase in words for word in phrase.split())
        return found is says

    return test
