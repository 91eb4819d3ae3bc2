"""Compares a JSON body with the models that were generated from a vendor's document."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from types import ModuleType, SimpleNamespace
from typing import Any

_MANY = re.compile(r"list\[(.+)\]")
_NAMED = re.compile(r"dict[\[(]str, ?(.+)[\])]")
_MS = re.compile(r"/Date\(-?\d+([+-]\d{4})?\)/")


@dataclass(frozen=True)
class Difference:
    """A difference between a body and the document."""

    at: str
    says: str
    sent: str


def differences(value: Any, type_: str, models: ModuleType, at: str) -> Iterator[Difference]:
    """Yield what does not fit a type of the generator; the charges of a list share a place."""
    if many := _MANY.fullmatch(type_):
        yield from _many(value, many[1], models, at)
    elif named := _NAMED.fullmatch(type_):
        yield from _named(value, named[1], models, at)
    elif fits := _BASIC.get(type_):
        if not fits(value):
            yield Difference(at, type_, _short(value))
    else:
        yield from _model(value, getattr(models, type_), models, at)


def _many(value: Any, type_: str, models: ModuleType, at: str) -> Iterator[Difference]:
    if not isinstance(value, list):
        yield Difference(at, f"a list of {type_}", _short(value))
        return
    for each in value:
        yield from differences(each, type_, models, at)


def _named(value: Any, type_: str, models: ModuleType, at: str) -> Iterator[Difference]:
    if not isinstance(value, dict):
        yield Difference(at, f"an object of {type_}", _short(value))
        return
    for key, each in value.items():
        yield from differences(each, type_, models, f"{at}.{key}")


def _model(value: Any, model: Any, models: ModuleType, at: str) -> Iterator[Difference]:
    if issubclass(model, Enum):
        allowed = [each.value for each in model]
        if value not in allowed:
            yield Difference(at, f"{model.__name__}: one of {allowed}", _short(value))
    elif not isinstance(value, dict):
        yield Difference(at, f"a {model.__name__}", _short(value))
    else:
        yield from _fields(value, model, models, at)


def _fields(value: dict[str, Any], model: Any, models: ModuleType, at: str) -> Iterator[Difference]:
    names = {key: name for name, key in model.attribute_map.items()}
    for key in value.keys() - names.keys():
        yield Difference(f"{at}.{key}", f"no such field in {model.__name__}", _short(value[key]))
    for key, name in names.items():
        where = f"{at}.{key}"
        if key not in value:
            if complaint := _complaint(model, name, None):
                yield Difference(where, complaint, "nothing")
            continue
        found = list(differences(value[key], model.openapi_types[name], models, where))
        yield from found
        plain = not isinstance(value[key], dict)
        if plain and not found and (complaint := _complaint(model, name, value[key])):
            yield Difference(where, complaint, _short(value[key]))


def _complaint(model: Any, name: str, value: Any) -> str:
    """Return the model's own complaint about a field: it is required, or has few values."""
    blank = model.__new__(model)
    blank.local_vars_configuration = SimpleNamespace(client_side_validation=True)
    try:
        setattr(blank, name, value)
    except ValueError as refused:
        return f"{model.__name__}: {refused}"
    return ""


def _iso(read: Callable[[str], date]) -> Callable[[Any], bool]:
    def fits(value: Any) -> bool:
        try:
            read(value)
        except (TypeError, ValueError):
            return False
        return True

    return fits


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset")
    return moment


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_milliseconds(value: Any) -> bool:
    return isinstance(value, str) and bool(_MS.fullmatch(value))


_BASIC: dict[str, Callable[[Any], bool]] = {
    "object": lambda _: True,
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: _number(value) and not isinstance(value, float),
    "float": _number,
    "date": _iso(date.fromisoformat),
    "datetime": _iso(_moment),
    "date[ms-format]": _in_milliseconds,
    "datetime[ms-format]": _in_milliseconds,
}


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 80 else f"{text[:77]}..."
