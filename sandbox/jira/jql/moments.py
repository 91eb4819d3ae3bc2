"""What JQL says of time: absolute and relative moments, and the functions that name some."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sandbox.jira.jql.match import Scalar
from sandbox.jira.jql.query import Malformed

_RELATIVE = re.compile(r"([+-]?)(\d+)([mhdwMy])")
_ABSOLUTE = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10_080, "M": 43_200, "y": 525_600}
_SPOKEN = "%Y-%m-%d %H:%M"


class Moments:
    """The times of one query, in the zone of its caller's now."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def moment(self, text: str) -> list[Scalar] | None:
        """Milliseconds since the epoch."""
        found = self._at(text)
        return None if found is None else [round(found.timestamp() * 1000)]

    def day(self, text: str) -> list[Scalar] | None:
        found = self._at(text)
        return None if found is None else [f"{found:%Y-%m-%d}"]

    def functions(self) -> dict[str, Callable[[Sequence[str]], Sequence[str]]]:
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        return {
            "now": lambda _: [f"{self._now:{_SPOKEN}}"],
            "startofday": lambda by: [f"{self._moved(midnight, by):{_SPOKEN}}"],
            "endofday": lambda by: [
                f"{self._moved(midnight + timedelta(days=1, minutes=-1), by):{_SPOKEN}}"
            ],
        }

    def _at(self, text: str) -> datetime | None:
        relative = _RELATIVE.fullmatch(text)
        if relative:
            return self._now + _span(relative)
        for form in _ABSOLUTE:
            try:
                return datetime.strptime(text, form).replace(tzinfo=self._now.tzinfo)
            except ValueError:
                continue
        return None

    def _moved(self, start: datetime, by: Sequence[str]) -> datetime:
        for text in by:
            relative = _RELATIVE.fullmatch(text)
            if relative is None:
                raise Malformed(f"Date value '{text}' is invalid.")
            start += _span(relative)
        return start


def _span(relative: re.Match[str]) -> timedelta:
    sign, count, unit = relative.groups()
    span = timedelta(minutes=int(count) * _MINUTES[unit])
    return -span if sign == "-" else span
