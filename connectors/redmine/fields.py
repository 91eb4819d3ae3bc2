"""Custom fields: only a person can make them, so what is wanting is told in sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.redmine.house import House
from connectors.redmine.wire import CustomField

_WHERE = "in Administration, Custom fields"


@dataclass(frozen=True)
class Fields:
    """The numbers of ours: where a record keeps our key, and where time keeps its billing state."""

    project: int
    version: int
    issue: int
    time_entry: int


def fields_of(there: Iterable[CustomField], house: House) -> Fields | None:
    """All of ours, or None if one is wanting."""
    numbers = {(field.kind, field.name): field.id for field in there}
    found = [numbers.get(key) for key in _ours(house)]
    whole = [number for number in found if number is not None]
    return Fields(*whole) if len(whole) == len(found) else None


def wanting(there: Iterable[CustomField], house: House) -> Iterator[str]:
    """What a person must still make, a sentence each."""
    known = {(field.kind, field.name): field for field in there}
    for kind, name in _ours(house):
        field = known.get((kind, name))
        if field is None:
            format_ = "list" if kind == "time_entry" else "text"
            yield f"make a {format_} field {name!r} for {kind.replace('_', ' ')} {_WHERE}"
        elif kind == "issue" and house.tracker not in {each.name for each in field.trackers}:
            yield f"let the issue field {name!r} have the tracker {house.tracker!r} {_WHERE}"
        elif kind == "time_entry" and not house.approved & {
            choice.get("value") for choice in field.choices
        }:
            values = " or ".join(sorted(house.approved))
            yield f"let the list {name!r} have the value {values} {_WHERE}"


def _ours(house: House) -> list[tuple[str, str]]:
    keyed = [(kind, house.key_field) for kind in ("project", "version", "issue")]
    return [*keyed, ("time_entry", house.billing_field)]
