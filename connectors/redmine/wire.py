"""Redmine's JSON, as Redmine writes it. Ids are numbers; what is not asked for may be missing."""

from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field, model_validator

CLOSED = 5
"""The status of a project that takes no more changes; an archived one is never shown."""


class Errors(BaseModel):
    """What was wrong, in sentences of the account's language."""

    errors: list[str]


class Thing(BaseModel):
    """Whatever is told by its number, with a name where it has one."""

    id: int
    name: str = ""


class Value(BaseModel):
    """What a custom field holds: text, a list of texts, or nothing."""

    id: int
    value: Any = None


class Record(Thing):
    """What may carry custom fields."""

    fields: list[Value] = Field([], alias="custom_fields")

    def text(self, field: int) -> str:
        found = next((each.value for each in self.fields if each.id == field), None)
        return found if isinstance(found, str) else ""


class Project(Record):
    """`modules`, `trackers` and `issue_fields` are told only where asked for."""

    identifier: str
    status: int = 1
    modules: list[Thing] = Field([], alias="enabled_modules")
    trackers: list[Thing] = []
    issue_fields: list[Thing] = Field([], alias="issue_custom_fields")

    @property
    def is_closed(self) -> bool:
        return self.status == CLOSED


class Version(Record):
    """A milestone, in Redmine's terms."""

    project: Thing
    status: str = "open"


class Issue(Record):
    """`spent` is missing where nobody may see the project's time."""

    project: Thing
    parent: Thing | None = None
    spent: Decimal | None = Field(None, alias="spent_hours")
    children: list[Thing] = []


class Booking(Record):
    """A time entry."""

    project: Thing
    issue: Thing | None = None
    user: Thing
    hours: Decimal
    day: date = Field(alias="spent_on")


class Member(Thing):
    """A membership; a group's has no user."""

    user: Thing | None = None


class User(Thing):
    """An account. `admin` is told to itself and to administrators."""

    login: str = ""
    admin: bool = False


class CustomField(Thing):
    """`kind` is what it is a field of: `project`, `version`, `issue`, `time_entry`."""

    kind: str = Field("", alias="customized_type")
    trackers: list[Thing] = []
    choices: list[dict[str, str]] = Field([], alias="possible_values")


class WikiPage(BaseModel):
    """Text, who wrote it last, and the number that a change of it must name."""

    text: str = ""
    author: Thing
    version: int

    @property
    def plain(self) -> str:
        """As we would have written it; a browser ends lines in another way."""
        return self.text.replace("\r\n", "\n").strip()


T = TypeVar("T", bound=BaseModel)
R = TypeVar("R", bound=Thing)


class Page(BaseModel, Generic[T]):
    """A list, or a part of it; lists that come whole do not say how long they are."""

    total: int = Field(0, alias="total_count")
    rows: list[T]

    @model_validator(mode="before")
    @classmethod
    def _under_any_name(cls, body: object) -> object:
        """Redmine names a list by what is in it."""
        if not isinstance(body, dict):
            return body
        lists = [value for value in body.values() if isinstance(value, list)]
        return {**body, "rows": lists[0]} if len(lists) == 1 else body


class One(BaseModel, Generic[T]):
    """A record by itself."""

    it: T

    @model_validator(mode="before")
    @classmethod
    def _under_any_name(cls, body: object) -> object:
        """Redmine names it by its kind."""
        return {"it": next(iter(body.values()))} if isinstance(body, dict) and body else body
