"""The spelling of moments, days and countries in HubSpot's properties."""

import re
from datetime import UTC, date, datetime, timedelta

from connectors.common.countries import alpha_2
from connectors.common.fields import Unreadable, not_a_date

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"\d{11,14}")


def day(text: str) -> date:
    return moment(text).date()


def moment(text: str) -> datetime:
    """Read ISO 8601, or milliseconds since 1970 as in some calculated values."""
    try:
        if _MILLISECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        at = datetime.fromisoformat(text)
    except ValueError as bad:
        raise not_a_date(text) from bad
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970, as a search compares them."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def country(text: str) -> str:
    code = alpha_2(text)
    if code is None:
        raise Unreadable(f'"{text}" is no country we know: write its English name or ISO code')
    return code
