"""Times as HubSpot writes them: ISO with a Z, no fraction when the milliseconds are zero."""

from datetime import UTC, date, datetime

from testbed.vendors.common.clock import instant, milliseconds


def iso(ms: int) -> str:
    text = instant(ms).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{ms % 1000:03d}Z" if ms % 1000 else f"{text}Z"


def parse_ms(text: str) -> int:
    """Milliseconds from ISO text (a bare day is its midnight) or from digits; or ValueError."""
    if text.lstrip("-").isdigit() and len(text) != len("20261124"):
        return int(text)
    moment = datetime.fromisoformat(text)
    return milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def day(text: str) -> str:
    """A day as `YYYY-MM-DD`, from that or from a time at midnight UTC; or ValueError."""
    if len(text) == len("2026-11-24"):
        return date.fromisoformat(text).isoformat()
    ms = parse_ms(text)
    if ms % 86_400_000:
        raise ValueError(text)
    return iso(ms)[:10]
