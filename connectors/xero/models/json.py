"""The common parts of Xero's JSON: spelling of names, dates, pages, wrapping."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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


def _spelling(field: str) -> str:
    return "".join(_CAPITALS.get(word, word.capitalize()) for word in field.split("_"))


class XeroModel(BaseModel):
    """Base of the models: names in Pascal case, unknown fields ignored."""

    model_config = ConfigDict(alias_generator=_spelling, populate_by_name=True, frozen=True)


M = TypeVar("M", bound=XeroModel)


class Pagination(BaseModel):
    """Where a page is in its list: the one part of Xero that is not in Pascal case."""

    page: int
    page_count: int = Field(alias="pageCount")


class Page(XeroModel):
    """One page of a list."""

    pagination: Pagination | None = Field(None, alias="pagination")

    @property
    def is_last(self) -> bool:
        """Whether this is the last page; a response without a pagination is the whole list."""
        return self.pagination is None or self.pagination.page >= self.pagination.page_count


class Connection(BaseModel):
    """An organisation that the app is connected to."""

    tenant_id: str = Field(alias="tenantId")
    tenant_name: str = Field("", alias="tenantName")


def wrapped(kind: str, element: XeroModel) -> Mapping[str, Any]:
    """An element as Xero takes it: under the name of its kind, without what is empty."""
    return {kind: [element.model_dump(by_alias=True, exclude_none=True)]}
