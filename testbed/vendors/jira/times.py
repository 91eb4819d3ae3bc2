"""Times, dates and durations as Jira writes and reads them; the store keeps milliseconds."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# Working time: a week has five days, a day has eight hours.
_SECONDS = {"w": 144_000, "d": 28_800, "h": 3600, "m": 60}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([wdhm]?)", re.IGNORECASE)


def format_time(millis: int, zone: str = "UTC") -> str:
    """A time with milliseconds and an offset without a colon."""
    moment = datetime.fromtimestamp(millis / 1000, ZoneInfo(zone))
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{millis % 1000:03d}{moment:%z}"


def parse_time(text: object) -> int | None:
    """The milliseconds of a time; None for `Z` or an offset with a colon, which Jira refuses."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)


def parse_date(text: object) -> str | None:
    """The date in ISO format; None if the text is no date."""
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def parse_duration(text: str) -> int | None:
    """The seconds of a duration such as `2d 4h`; a bare number counts minutes."""
    text = text.strip()
    if not text or _PART.sub("", text).strip():
        return None
    parts = ((float(amount), unit.lower() or "m") for amount, unit in _PART.findall(text))
    return round(sum(amount * _SECONDS[unit] for amount, unit in parts))


def format_duration(seconds: int) -> str:
    """The duration in the largest units that fit, in whole minutes."""
    parts = []
    for unit, size in _SECONDS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0m"
