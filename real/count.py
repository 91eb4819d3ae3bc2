"""Counts what came of won deals by SQL in the three systems' own databases.

It asks no API and none of our own code: it knows only how records bear the mark of a deal.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg

from real.kit.system import Place

_DEALS = """
    SELECT 'bottlecrm:' || id, coalesce(custom_fields->>'cashward_billed', ''),
           coalesce(custom_fields->>'cashward_credited', '')
    FROM opportunity WHERE stage = 'CLOSED_WON'
"""
_MARKED = """
    SELECT customized_id, value FROM custom_values JOIN custom_fields f ON f.id = custom_field_id
    WHERE customized_type = %s AND f.name = 'cashward_key' AND value <> ''
"""
_ALIVE = "SELECT id, identifier FROM projects WHERE status <> 9"  # archived is taken back
_VERSIONS = "SELECT id, project_id, status = 'closed' FROM versions"
_ISSUES = "SELECT id, project_id FROM issues"
_INVOICES = """
    SELECT reference, state, coalesce(number, ''), coalesce(untaxed_amount_cache, 0)
    FROM account_invoice WHERE type = 'out' AND reference LIKE 'cw:%%'
"""
_CUSTOMERS = "SELECT code, id FROM party_party WHERE active AND code LIKE %s"
_NUMBERS = """
    SELECT i.code, p.id FROM party_party p JOIN party_identifier i ON i.party = p.id
    WHERE p.active AND i.type IS NULL
"""
_ISSUED, _PAID, _DRAFT = frozenset({"posted", "paid"}), "paid", frozenset({"draft", "validated"})


@dataclass(frozen=True, kw_only=True)
class Count:
    """What is there. `duplicates`, `orphans` and `differing` must be none, `drafts_left` too.

    A duplicate bears the mark of another record of its kind; an orphan belongs to no won deal;
    a deal differs if the CRM's billed minus credited is not what the ERP posted for it.
    """

    deals_won: int
    projects: int
    milestones: int
    milestones_reached: int
    work_packages: int
    customers: int
    invoices_posted: int
    invoices_paid: int
    drafts_left: int
    duplicates: tuple[str, ...]
    orphans: tuple[str, ...]
    differing: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not (self.drafts_left or self.duplicates or self.orphans or self.differing)


def count(places: Mapping[str, Place]) -> Count:
    """Everything at once, while the systems stand still."""
    deals = {row[0]: row for row in _ask(places["bottlecrm"], _DEALS)}
    projects = _marks(places["redmine"], "Project", dict(_ask(places["redmine"], _ALIVE)))
    versions = {row[0]: row for row in _ask(places["redmine"], _VERSIONS)}
    issues = dict(_ask(places["redmine"], _ISSUES))
    milestones = _marks(places["redmine"], "Version", versions)
    packages = _marks(places["redmine"], "Issue", issues)
    bills = _ask(places["tryton"], _INVOICES)
    customers = _ask(places["tryton"], _CUSTOMERS, "cw-%")
    numbers = _ask(places["tryton"], _NUMBERS)
    issued = [bill for bill in bills if bill[1] in _ISSUED]
    invoices = [bill for bill in issued if not bill[0].endswith(":credit")]
    return Count(
        deals_won=len(deals),
        projects=len(projects),
        milestones=len(milestones),
        milestones_reached=sum(bool(versions[row][2]) for row, _ in milestones),
        work_packages=len(packages),
        customers=len(customers),
        invoices_posted=len(invoices),
        invoices_paid=sum(bill[1] == _PAID for bill in invoices),
        drafts_left=sum(bill[1] in _DRAFT for bill in bills),
        duplicates=tuple(
            _twice("project", (mark for _, mark in projects))
            + _twice("milestone", ((versions[row][1], mark) for row, mark in milestones))
            + _twice("work package", ((issues[row], mark) for row, mark in packages))
            + _twice("customer", (number for number, _ in numbers))
            + _twice("invoice", (reference for reference, *_ in bills))
            + _twice("invoice number", (number for *_, number, _ in issued))
        ),
        orphans=tuple(
            [f"project {mark}" for _, mark in projects if _deal(mark) not in deals]
            + [f"invoice {bill[0]}" for bill in bills if _deal(bill[0]) not in deals]
        ),
        differing=tuple(_differing(deals, issued)),
    )


def _differing(deals: Mapping[str, Any], issued: Iterable[tuple[Any, ...]]) -> Iterable[str]:
    posted: dict[str, Decimal] = defaultdict(Decimal)
    for reference, _, _, net in issued:
        posted[_deal(reference)] += Decimal(str(net))
    for deal, billed, credited in deals.values():
        told = Decimal(billed or 0) - Decimal(credited or 0)
        if told != posted[deal]:
            yield f"{deal}: the CRM says {told}, the ERP {posted[deal]}"


def _deal(mark: str) -> str:
    """The deal in a mark such as `cw:bottlecrm:ID:m1:r1`."""
    return ":".join(mark.removeprefix("cw:").split(":")[:2])


def _twice(what: str, marks: Iterable[object]) -> list[str]:
    return [f"{what} {mark}" for mark, times in Counter(marks).items() if times > 1]


def _marks(place: Place, kind: str, alive: Mapping[Any, Any]) -> list[tuple[int, str]]:
    return [(row, mark) for row, mark in _ask(place, _MARKED, kind) if row in alive]


def _ask(place: Place, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(place.database) as connection:
        return connection.execute(sql, values).fetchall()
