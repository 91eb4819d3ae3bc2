"""Times as a query says them: dates, periods from now, and functions such as `startOfDay(-1)`."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from testbed.vendors.jira.jql.query import Malformed

_PERIOD = re.compile(r"([+-]?)(\d+)([mhdwMy])")
_DATES = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10_080, "M": 43_200, "y": 525_600}


def moment(text: str, now: datetime) -> datetime:
    """When a text means, read in the time zone of `now`; to the minute, as JQL knows it."""
    if match := _PERIOD.fullmatch(text.strip()):
        return _moved(now, match)
    for form in _DATES:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
    raise Malformed(
        f"Date value '{text}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period such as '-5d'."
    )


def functions(now: datetime) -> dict[str, Callable[[Sequence[str]], Sequence[str]]]:
    """The functions that stand for a time."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    last_minute = midnight + timedelta(hours=23, minutes=59)
    return {
        "now": lambda _: [_written(now)],
        "startofday": lambda args: [_shifted(midnight, args, "d")],
        "endofday": lambda args: [_shifted(last_minute, args, "d")],
        "startofweek": lambda args: [_shifted(monday, args, "w")],
        "startofmonth": lambda args: [_shifted(midnight.replace(day=1), args, "M")],
    }


def _shifted(start: datetime, args: Sequence[str], unit: str) -> str:
    """`startOfDay(-1)` and `startOfDay("-1d")` mean the same."""
    text = args[0] if args else "0"
    match = _PERIOD.fullmatch(text if text[-1:].isalpha() else text + unit)
    if match is None:
        raise Malformed(f"Duration for function is invalid: '{text}'.")
    return _written(_moved(start, match))


def _moved(start: datetime, match: re.Match[str]) -> datetime:
    sign, amount, unit = match.groups()
    span = timedelta(minutes=int(amount) * _MINUTES[unit])
    return start - span if sign == "-" else start + span


def _written(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"
