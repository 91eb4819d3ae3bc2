"""Strict readers of text that people type into a CRM; unreadable text becomes a finding."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from domain.deal import Discount, Finding, PlannedMilestone, SlaMetric
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.responsibility import Party

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,6})?)\s*%?")
_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*([A-Za-z]{3})")
_ON_ACCEPTANCE = "on acceptance"
_MILESTONE = (
    '"name; share %; YYYY-MM-DD", such as "Go-live; 40 %; 2027-02-26" or'
    f' "Go-live; 4000 EUR; {_ON_ACCEPTANCE}"'
)
_DISCOUNT = '"5 %" or "500 EUR"'
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
    part = _share(share) or _amount(share)
    if not name or part is None:
        raise Unreadable(f'"{line}" is not a milestone: write it as {_MILESTONE}')
    try:
        day = None if due.casefold() == _ON_ACCEPTANCE else date.fromisoformat(due)
    except ValueError as bad:
        raise Unreadable(f'"{line}" has no date: write the milestone as {_MILESTONE}') from bad
    if isinstance(part, Money):
        return PlannedMilestone(name=name, amount=part, due=day)
    return PlannedMilestone(name=name, share=part, due=day)


def discount(text: str) -> Discount:
    """Read a discount; a share says that it is one."""
    part = (_share(text) if text.endswith("%") else None) or _amount(text)
    if part is None:
        raise Unreadable(f'"{text}" is not a discount: write it as {_DISCOUNT}')
    return Discount(amount=part) if isinstance(part, Money) else Discount(share=part)


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


def payment_terms(text: str) -> PaymentTerms:
    try:
        return PaymentTerms.parse(text)
    except ValueError as bad:
        raise Unreadable(str(bad)) from bad


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


def _share(text: str) -> Decimal | None:
    """Return a percentage above 0 and up to 100; None for any other text."""
    found = _SHARE.fullmatch(text)
    share = number(found[1]) if found else Decimal(0)
    return share if 0 < share <= Decimal(100) else None


def _amount(text: str) -> Money | None:
    """Return a positive amount with its currency; None for any other text."""
    found = _AMOUNT.fullmatch(text)
    amount = money(found[2].upper())(found[1]) if found else None
    return amount or None


def _parts(line: str, count: int, form: str) -> list[str]:
    """Split a line into its parts; extra semicolons belong to the first part."""
    parts = [part.strip() for part in line.rsplit(";", count - 1)]
    if len(parts) < count:
        raise Unreadable(f'"{line}" lacks a part: write it as {form}')
    return parts
