"""Strict readers of text that people type into a CRM; unreadable text becomes a finding."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from domain.deal import Finding, PlannedMilestone, SlaMetric
from domain.money import Money
from domain.responsibility import Party

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*%?")
_MILESTONE = '"name; share %; YYYY-MM-DD", such as "Go-live; 40 %; 2027-02-26"'
_SLA = '"metric; target; penalty", such as "response P1; 4 h; 5 % of the monthly fee"'


class Unreadable(ValueError):
    """Says what was found and what was expected, for the person who can mend it."""


class FieldReader:
    """Reads fields and keeps the findings about those that it could not read."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, field: str, problem: str) -> None:
        self.findings.append(Finding(field=field, problem=problem, responsible=Party.DEAL_OWNER))

    def read(self, field: str, text: str, parse: Callable[[str], T]) -> T | None:
        """The value of a field; None if it is empty or cannot be read."""
        if not text:
            return None
        try:
            return parse(text)
        except Unreadable as problem:
            self.add(field, str(problem))
            return None

    def lines(self, field: str, text: str, parse: Callable[[str], T]) -> tuple[T, ...]:
        """Read a field with one value per line; leave out lines that cannot be read."""
        values = (self.read(field, line.strip(), parse) for line in text.splitlines())
        return tuple(value for value in values if value is not None)


def milestone(line: str) -> PlannedMilestone:
    name, share, due = _parts(line, 3, _MILESTONE)
    percent = _SHARE.fullmatch(share)
    if not name or not percent or not 0 < (exact := number(percent[1])) <= Decimal(100):
        raise Unreadable(f'"{line}" is not a milestone: write it as {_MILESTONE}')
    try:
        return PlannedMilestone(name=name, share=exact, due=date.fromisoformat(due))
    except ValueError as bad:
        raise Unreadable(f'"{line}" has no date: write the milestone as {_MILESTONE}') from bad


def sla_metric(line: str) -> SlaMetric:
    """Read an SLA metric; the penalty may be left out."""
    metric, target, *penalty = _parts(line, 3 if line.count(";") > 1 else 2, _SLA)
    if not metric or not target:
        raise Unreadable(f'"{line}" is not a service level: write it as {_SLA}')
    return SlaMetric(metric=metric, target=target, penalty="".join(penalty))


def number(text: str) -> Decimal:
    try:
        exact = Decimal(text.replace(",", "."))
    except InvalidOperation as bad:
        raise Unreadable(f'"{text}" is not a number') from bad
    if not exact.is_finite():
        raise Unreadable(f'"{text}" is not a number')
    return exact


def money(currency: str) -> Callable[[str], Money]:
    """Reads exact amounts in this currency; refuses a fraction of its minor unit."""

    def read(text: str) -> Money:
        try:
            return Money(currency=currency, amount=number(text))
        except (ValueError, InvalidOperation) as bad:
            problem = f"{text} {currency} is no amount: correct amount or currency"
            raise Unreadable(problem) from bad

    return read


def days(text: str) -> int:
    exact = number(text)
    if exact != exact.to_integral_value():
        raise Unreadable(f"{text} is not a whole number of days")
    return int(exact)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as bad:
        raise not_a_date(text) from bad


def not_a_date(text: str) -> Unreadable:
    return Unreadable(f'"{text}" is not a date: write it as YYYY-MM-DD')


def choice(options: type[E]) -> Callable[[str], E]:
    """Reads one of these values."""

    def read(text: str) -> E:
        try:
            return options(text)
        except ValueError as bad:
            known = ", ".join(options)
            raise Unreadable(f'"{text}" is not known: choose one of {known}') from bad

    return read


def _parts(line: str, count: int, form: str) -> list[str]:
    """Split a line into its parts; extra semicolons belong to the first part."""
    parts = [part.strip() for part in line.rsplit(";", count - 1)]
    if len(parts) < count:
        raise Unreadable(f'"{line}" lacks a part: write it as {form}')
    return parts
