"""What all of Xero's JSON shares: its spelling, its dates, its pages, its refusals."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from connectors.common import Response

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
_CAPITALS = {"id": "ID", "utc": "UTC"}


def _moment(value: object) -> object:
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    return _EPOCH + timedelta(milliseconds=int(found[1])) if found else value


def _day(value: object) -> object:
    moment = _moment(value)
    return moment.date() if isinstance(moment, datetime) else moment


Moment = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]


def _spelt(field: str) -> str:
    return "".join(_CAPITALS.get(word, word.capitalize()) for word in field.split("_"))


class Wire(BaseModel):
    """An element of Xero's: its names in Pascal case, unknown fields left aside."""

    model_config = ConfigDict(alias_generator=_spelt, populate_by_name=True, frozen=True)


W = TypeVar("W", bound=Wire)


class Pagination(BaseModel):
    """Where a page is in its list: the one part of Xero that is not in Pascal case."""

    page: int
    page_count: int = Field(alias="pageCount")


class Page(Wire):
    """One page of a list."""

    pagination: Pagination | None = Field(None, alias="pagination")

    @property
    def is_last(self) -> bool:
        """An answer without a pagination is the whole list."""
        return self.pagination is None or self.pagination.page >= self.pagination.page_count


class Connection(BaseModel):
    """An organisation that the app is connected to."""

    tenant_id: str = Field(alias="tenantId")
    tenant_name: str = Field("", alias="tenantName")


class Connections(RootModel[list[Connection]]):
    """All organisations that the app is connected to."""


class Fault(Wire):
    """One reason against an element."""

    message: str = ""


class RefusedElement(Wire):
    """An element as it comes back, with the reasons against it."""

    validation_errors: list[Fault] = []


class Refused(Wire):
    """The body of a 400."""

    message: str = ""
    elements: list[RefusedElement] = []

    @property
    def words(self) -> str:
        """The reasons against the elements, each once; without any, the message."""
        faults = [fault.message for each in self.elements for fault in each.validation_errors]
        return " · ".join(dict.fromkeys(faults)) or self.message


def only(answer: Response, elements: Sequence[W]) -> W:
    """The one element that a read or write of one thing answers."""
    if len(elements) != 1:
        raise answer.unreadable(f"{len(elements)} elements instead of one")
    return elements[0]


def wrapped(kind: str, element: Wire) -> Mapping[str, Any]:
    """An element as Xero takes it: under the name of its kind, without what is empty."""
    return {kind: [element.model_dump(by_alias=True, exclude_none=True)]}
