"""Working time as Jira writes it: `1w 2d 4h 30m`, with eight-hour days and five-day weeks."""

import re

HOURS_A_DAY = 8
DAYS_A_WEEK = 5
_SECONDS = {
    "w": DAYS_A_WEEK * HOURS_A_DAY * 3600,
    "d": HOURS_A_DAY * 3600,
    "h": 3600,
    "m": 60,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([wdhm]?)", re.IGNORECASE)


def seconds(text: str) -> int | None:
    """How long a written duration is; a bare number means minutes; None if it is none."""
    text = text.strip()
    if not text or _PART.sub("", text).strip():
        return None
    parts = ((float(amount), unit.lower() or "m") for amount, unit in _PART.findall(text))
    return round(sum(amount * _SECONDS[unit] for amount, unit in parts))


def pretty(total: int) -> str:
    """The duration in the largest units that fit, down to the minute."""
    parts = []
    for unit, size in _SECONDS.items():
        count, total = divmod(total, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0m"
