"""The annex of an invoice of time: the entries behind the hours, as CSV."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from domain.refusal import Refusal
from domain.time_record import TimeRecord, TimeState, TimeVersion
from domain.timesheet import hours_of

COLUMNS: Final = (
    *("day", "person", "role", "seniority", "location", "package", "entry", "version"),
    *("minutes_booked", "hours_billed", "price", "net", "currency", "state", "adjusts", "bill"),
)
_SHOWN: Final = frozenset({TimeState.APPROVED, TimeState.BILLED, TimeState.ADJUSTED})


def month_of(text: str) -> tuple[date, date]:
    """Return the first and the last day of a month such as `2027-03`. Raises Refusal."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Refusal(f"{text!r} is no month: write it as 2027-03") from None
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def time_annex(records: Iterable[TimeRecord]) -> str:
    """Return approved and billed time, one version a line; an adjustment is the difference."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for record in records:
        writer.writerows(_rows(record))
    return text.getvalue()


def _rows(record: TimeRecord) -> Iterator[list[object]]:
    by_number = {each.version: each for each in record.versions}
    for version in record.versions:
        if version.state in _SHOWN:
            yield _row(record, version, by_number.get(version.adjusts or 0))


def _row(record: TimeRecord, version: TimeVersion, before: TimeVersion | None) -> list[object]:
    approved, less = version.approved, before.approved if before else None
    assert approved  # noqa: S101 - such a version is approved, by a constraint of its table
    profile = approved.profile
    return [
        *(version.day, version.person, profile.role, profile.seniority, profile.location),
        *(version.package, record.key.entry, version.version, version.minutes),
        hours_of(approved.minutes - (less.minutes if less else 0)),
        approved.price.amount,
        (approved.net - less.net if less else approved.net).amount,
        *(approved.net.currency, version.state.value, version.adjusts or "", version.bill),
    ]
