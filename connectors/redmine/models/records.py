"""Records as Redmine's JSON has them, and our key in a custom field.

Ids are numbers. Redmine leaves out what was not asked for.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, Field


class Named(BaseModel):
    """A record with its number, and its name if it has one."""

    id: int
    name: str = ""


class CustomValue(BaseModel):
    """The value of a custom field: text, a list of texts, or null."""

    id: int
    value: Any = None


class Record(Named):
    """A record that may have custom fields."""

    fields: list[CustomValue] = Field([], alias="custom_fields")

    def text(self, field: int) -> str:
        found = next((each.value for each in self.fields if each.id == field), None)
        return found if isinstance(found, str) else ""


class User(Named):
    """An account. Only the account itself and administrators see `admin`."""

    login: str = ""
    admin: bool = False


class Member(Named):
    """A membership; a group's has no user."""

    user: Named | None = None


N = TypeVar("N", bound=Named)
R = TypeVar("R", bound=Record)


def keyed(rows: Iterable[R], key_of: Callable[[R], str]) -> list[tuple[str, R]]:
    """The records that have a key of ours, oldest first."""
    found = ((key_of(row), row) for row in sorted(rows, key=lambda row: row.id))
    return [(key, row) for key, row in found if key]


def key_field(field: int, reference: str) -> list[dict[str, Any]]:
    """The custom fields of a new record of ours."""
    return [{"id": field, "value": reference}]
