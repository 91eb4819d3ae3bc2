"""Tryton's JSON: decimals, dates and moments are marked by a class; dotted reads come nested."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Coded = Mapping[str, Any]
_MOMENT_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_ISO = "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{microsecond:06}"


def decimal(amount: Decimal) -> Coded:
    return {"__class__": "Decimal", "decimal": f"{amount:f}"}


def day(value: date) -> Coded:
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}


def moment(value: datetime) -> Coded:
    """A moment as Tryton keeps it: in UTC, and silent about it."""
    parts = value.astimezone(UTC)
    return {"__class__": "datetime", **{part: getattr(parts, part) for part in _MOMENT_PARTS}}


def _decoded(value: object) -> object:
    match value:
        case {"__class__": "Decimal", "decimal": amount}:
            return amount
        case {"__class__": "date", "year": year, "month": month, "day": day_of_month}:
            return date(year, month, day_of_month)
        case dict() if value.get("__class__") == "datetime":
            return datetime.fromisoformat(_ISO.format_map(value)).replace(tzinfo=UTC)
    return value


def _blank(value: object) -> object:
    return "" if value is None else value


Exact = Annotated[Decimal, BeforeValidator(_decoded)]
Day = Annotated[date, BeforeValidator(_decoded)]
Moment = Annotated[datetime, BeforeValidator(_decoded)]
Text = Annotated[str, BeforeValidator(_blank)]


class Wire(BaseModel):
    """A part of an answer; what we did not ask for is left aside."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Row(Wire):
    """A record of Tryton's. Its id is a number; ours are text."""

    id: int


class Reply(Wire):
    """What every answer is: a result, or an error whose first word is its class."""

    error: list[Any] = []


class Made(Wire):
    """The ids of what was created."""

    result: list[int] = Field(min_length=1)


class Rows(Wire):
    """Records of one model: which, and the fields that we read of it."""

    model: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]


class Preferences(Wire):
    """What the signed-in user works for."""

    company: int | None = None


class MyPreferences(Wire):
    """Preferences, as they are answered."""

    result: Preferences
