"""The vendor's dates: `/Date(ms)/` out, that or ISO in; a day is midnight UTC."""

import re
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MS = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")
_ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}(?:[T ].*)?$")


def instant(at: datetime) -> int:
    """Milliseconds since 1970, the form in which instants are kept."""
    return (at - _EPOCH) // _MILLISECOND


def moment(ms: int) -> datetime:
    """The aware instant that `ms` counts to."""
    return _EPOCH + ms * _MILLISECOND


def stamp(ms: int) -> str:
    """An instant as the vendor writes it."""
    return f"/Date({ms}+0000)/"


def day_stamp(iso_day: str) -> str:
    """A calendar day as the vendor writes it: midnight UTC."""
    days = date.fromisoformat(iso_day).toordinal() - _EPOCH.toordinal()
    return stamp(days * 86_400_000)


def day_string(iso_day: str) -> str:
    """A calendar day in the companion field."""
    return f"{iso_day}T00:00:00"


def iso_string(ms: int) -> str:
    """An instant in the companion field."""
    return moment(ms).replace(tzinfo=None).isoformat(timespec="milliseconds")


def day_in(value: object) -> str:
    """Read any spelling of a day that the vendor takes; anything else is a ValueError."""
    text = str(value)
    if found := _MS.match(text):
        return moment(int(found[1])).date().isoformat()
    if _ISO_DAY.match(text):
        return date.fromisoformat(text[:10]).isoformat()
    msg = f"{text!r} is no date"
    raise ValueError(msg)


def since_in(header: str) -> int:
    """Read `If-Modified-Since`: ISO or HTTP date, UTC, to the second."""
    text = header.strip()
    if _ISO_DAY.match(text):
        at = datetime.fromisoformat(text)
    else:
        at = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return instant(aware.replace(microsecond=0))
