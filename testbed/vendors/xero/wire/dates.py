"""Xero's dates: `/Date(ms)/` in answers, that or ISO in requests; a day is midnight UTC."""

import re
from datetime import UTC, date, datetime

from testbed.vendors.common.clock import instant, milliseconds

_MS = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")


def stamp(ms: int) -> str:
    """An instant as Xero writes it."""
    return f"/Date({ms}+0000)/"


def day_stamp(iso_day: str) -> str:
    """A calendar day as Xero writes it."""
    return stamp(milliseconds(datetime.fromisoformat(iso_day).replace(tzinfo=UTC)))


def iso_string(ms: int) -> str:
    """An instant in ISO, as companion fields and webhooks have it."""
    return instant(ms).replace(tzinfo=None).isoformat(timespec="milliseconds")


def read_day(value: object) -> str:
    """The day that any of Xero's spellings means. Raises ValueError for anything else."""
    text = str(value)
    if found := _MS.match(text):
        return instant(int(found[1])).date().isoformat()
    return date.fromisoformat(text[:10]).isoformat()


def read_modified_since(header: str) -> int:
    """The milliseconds of `If-Modified-Since`, which is UTC to the second."""
    at = datetime.fromisoformat(header.strip())
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return milliseconds(aware.replace(microsecond=0))
