"""Times as Jira writes and reads them: milliseconds inside, the caller's zone outside."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of a profile."""
    return ZoneInfo(name)


def stamp(millis: int, zone_name: str = "UTC") -> str:
    """A time as Jira prints it: milliseconds, and an offset without a colon."""
    moment = datetime.fromtimestamp(millis / 1000, zone(zone_name))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{millis % 1000:03d}{moment:%z}"


def millis(text: object) -> int | None:
    """A time as Jira accepts it; `Z` and a colon in the offset are refused."""
    if not isinstance(text, str) or not _STAMP.fullmatch(text):
        return None
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)


def day(text: object) -> str | None:
    """A date of the calendar as Jira accepts it, or None."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def user_day(iso: str) -> str:
    """A date as people read it: `31/Jan/27`."""
    return f"{date.fromisoformat(iso):%d/%b/%y}"


def today(millis_now: int) -> str:
    """The date of a time, in UTC."""
    return datetime.fromtimestamp(millis_now / 1000, UTC).date().isoformat()
