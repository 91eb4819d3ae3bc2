"""The common parts of Tryton's JSON: values with a class, and records with related records."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict

Values = Mapping[str, Any]
_MOMENT_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_ISO = "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{microsecond:06}"


def decimal(amount: Decimal) -> Values:
    return {"__class__": "Decimal", "decimal": f"{amount:f}"}


def day(value: date) -> Values:
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}


def moment(value: datetime) -> Values:
    """A moment in UTC; Tryton keeps no time zone."""
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


class TrytonModel(BaseModel):
    """The fields that we read of a JSON object; the others are ignored."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    @classmethod
    def field_names(cls) -> Iterator[str]:
        """The names of all fields, with those of related records."""
        for name, known in cls.model_fields.items():
            kinds = (known.annotation, *get_args(known.annotation))
            related = [k for k in kinds if isinstance(k, type) and issubclass(k, TrytonModel)]
            names = (
                (f"{name}.{field}" for field in related[0].field_names()) if related else (name,)
            )
            yield from names


class Record(TrytonModel):
    """A record of one of Tryton's models. Its id is a number; ours are text."""

    model: ClassVar[str]
    id: int


R = TypeVar("R", bound=Record)
