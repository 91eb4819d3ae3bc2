"""What a stored field is worth when it is compared: text, number, truth or instant."""

import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from testbed.vendors.xero.wire.moments import moment

Value: TypeAlias = str | Decimal | bool | datetime | None


def typed(raw: Any, kind: type) -> Value:  # noqa: ANN401  as stored
    """A stored value as its field's type: amounts are kept as text, days as ISO, instants as ms."""
    if raw is None:
        return None
    if kind is Decimal:
        return Decimal(raw)
    if kind is datetime:
        return moment(raw) if isinstance(raw, int) else _midnight(raw)
    return bool(raw) if kind is bool else str(raw)


def at(doc: dict[str, Any], path: str) -> Any:  # noqa: ANN401  as stored
    """The raw value at a dotted path, or None."""
    found: Any = doc
    for name in path.split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found


def fold(value: Value) -> Any:  # noqa: ANN401  any comparable
    """Text without case and accents; everything else as it is."""
    return plain(value) if isinstance(value, str) else value


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Text as the vendor compares it: no case, no accents."""
    split = unicodedata.normalize("NFKD", text)
    return "".join(c for c in split if not unicodedata.combining(c)).casefold()


def _midnight(iso_day: str) -> datetime:
    return datetime.fromisoformat(iso_day).replace(tzinfo=UTC)
