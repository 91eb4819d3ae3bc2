"""A rate card as a CSV file: one rate a line, and what is wrong with a line in words."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from pydantic import ValidationError

from domain.money import Money
from domain.rate_card import JobProfile, Rate, RateCard
from domain.refusal import Refusal

COLUMNS: Final = (
    *("role", "seniority", "location", "valid_from", "valid_until"),
    *("price", "cost", "currency"),
)
"""Seniority, location and valid_until may be empty."""


def read_rates(text: str) -> RateCard:
    """Return the rate card in a file. Raises Refusal that names every line that is wrong."""
    rows = csv.DictReader(text.removeprefix("\ufeff").splitlines(), strict=True)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise Refusal(f"the first line must be {','.join(COLUMNS)}")
    rates: list[Rate] = []
    problems: list[str] = []
    try:
        for row in rows:
            wrong = list(_problems(row))
            problems += (f"line {rows.line_num}: {problem}" for problem in wrong)
            if not wrong:
                rates.append(_rate(row))
    except csv.Error as broken:
        problems.append(f"after line {rows.line_num}: {broken}: close every quote")
    if problems:
        raise Refusal("\n".join(problems))
    if not rates:
        raise Refusal("the file has no rate: write one a line below the heading")
    return RateCard.of(rates)


def _problems(row: dict[str, str]) -> Iterator[str]:
    if None in row or None in row.values():
        yield f"it must have {len(COLUMNS)} values, as the heading"
        return
    if not row["role"].strip():
        yield "the role is missing: name what the person works as"
    if not row["valid_from"]:
        yield "valid_from is missing: write the first day, such as 2027-03-01"
    for name in ("valid_from", "valid_until"):
        if row[name] and not _is_day(row[name]):
            yield f"{name} {row[name]!r} is no day: write it as 2027-03-01"
    for name in ("price", "cost"):
        if not _is_amount(row[name]):
            yield f"{name} {row[name]!r} is no amount: write it as 120.00"
        elif not _is_money(row[name], row["currency"]):
            yield f"{name} {row[name]} {row['currency']!r} is no money: see currency and decimals"


def _rate(row: dict[str, str]) -> Rate:
    profile = {name: row[name].strip() for name in JobProfile.model_fields}
    until = row["valid_until"]
    return Rate(
        profile=JobProfile(**profile),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=date.fromisoformat(until) if until else None,
        price=Money.of(row["price"], row["currency"]),
        cost=Money.of(row["cost"], row["currency"]),
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_amount(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and Decimal(text) >= 0
    except InvalidOperation:
        return False


def _is_money(text: str, currency: str) -> bool:
    try:
        Money.of(text, currency)
    except ValidationError:
        return False
    return True
