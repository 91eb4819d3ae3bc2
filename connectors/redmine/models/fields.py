"""Custom fields: the ids of ours, and those that a person must still make."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import Field

from connectors.redmine.models.records import Named
from connectors.redmine.settings import RedmineSettings

_WHERE = "in Administration, Custom fields"


class CustomField(Named):
    """A definition. `record` is `project`, `version`, `issue` or `time_entry`."""

    record: str = Field("", alias="customized_type")
    trackers: list[Named] = []
    choices: list[dict[str, str]] = Field([], alias="possible_values")


@dataclass(frozen=True)
class FieldIds:
    """The ids of our key field in three kinds of record, and of the billing state of time."""

    project: int
    version: int
    issue: int
    time_entry: int


def field_ids(known: Iterable[CustomField], settings: RedmineSettings) -> FieldIds | None:
    """None if one is missing."""
    ids = {(field.record, field.name): field.id for field in known}
    ours = _ours(settings)
    return FieldIds(*(ids[each] for each in ours)) if ids.keys() >= set(ours) else None


def field_problems(known: Iterable[CustomField], settings: RedmineSettings) -> Iterator[str]:
    """One sentence for each field that a person must make or change."""
    fields = {(field.record, field.name): field for field in known}
    for record, name in _ours(settings):
        field = fields.get((record, name))
        if field is None:
            type_ = "list" if record == "time_entry" else "text"
            yield f"make a {type_} field {name!r} for {record.replace('_', ' ')} {_WHERE}"
        elif record == "issue" and settings.tracker not in {each.name for each in field.trackers}:
            yield f"let the issue field {name!r} have the tracker {settings.tracker!r} {_WHERE}"
        elif record == "time_entry" and not set(settings.approved) & {
            choice.get("value") for choice in field.choices
        }:
            values = " or ".join(sorted(settings.approved))
            yield f"let the list {name!r} have the value {values} {_WHERE}"


def _ours(settings: RedmineSettings) -> list[tuple[str, str]]:
    """Kinds of record with the names of our fields, in the order of FieldIds."""
    keys = [(record, settings.key_field) for record in ("project", "version", "issue")]
    return [*keys, ("time_entry", settings.billing_field)]
