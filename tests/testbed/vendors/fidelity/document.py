"""A vendor's API document, read from its generated client.

A generated method knows path, method, query, body and answers of its operation: it is called with
a client that only records.
"""

import importlib
import inspect
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

FILE = "file"
"""The type of an answer that is no JSON."""


@dataclass(frozen=True)
class Operation:
    """One operation of the document. Types are written as the generator writes them."""

    method: str
    path: str
    query: frozenset[str]
    body: str | None
    answers: Mapping[int, str]
    models: ModuleType = field(repr=False)

    def matches(self, method: str, path: str) -> bool:
        places = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(self.path.rstrip("/")))
        return method == self.method and bool(re.fullmatch(places, path.rstrip("/"), re.IGNORECASE))


@dataclass(frozen=True)
class Document:
    """All operations, those with the fewest path parameters first."""

    operations: tuple[Operation, ...]

    def find(self, method: str, path: str) -> Operation | None:
        return next((each for each in self.operations if each.matches(method, path)), None)


class _Heard(Exception):
    """Raised when the method has given what it would send."""


class _Listener:
    """A client for the generated methods that sends nothing."""

    client_side_validation = False

    def __init__(self) -> None:
        self.said: dict[str, Any] = {}

    def select_header_accept(self, _accepts: object) -> str:
        return ""

    def select_header_content_type(self, *_types: object) -> str:
        return ""

    def call_api(
        self, path: str, method: str, _path: object, query: Any, *_: Any, **more: Any
    ) -> None:
        names = frozenset(name for name, _ in query)
        self.said = {"path": path, "method": method, "query": names, **more}
        raise _Heard


_PARAMETER = re.compile(r":type (\w+): (.+)|:param ([\w\[\],() ]+) (\w+):")
_ITS_OWN = frozenset({"async_req"})


def document(packages: Iterable[str]) -> Document:
    """The document that these packages were generated from; each has `api` and `models`."""
    found: dict[tuple[str, str], Operation] = {}
    for each in itertools.chain.from_iterable(map(_operations, packages)):
        place = (each.method, each.path)
        if place not in found or found[place].answers == _only(FILE):
            found[place] = each  # where a file can be had as well, JSON is what is compared
    return Document(tuple(sorted(found.values(), key=lambda each: each.path.count("{"))))


def _operations(package: str) -> Iterator[Operation]:
    models = importlib.import_module(f"{package}.models")
    for _, group in inspect.getmembers(importlib.import_module(f"{package}.api"), _is_api):
        for name, call in inspect.getmembers(group, inspect.isfunction):
            if name.startswith("_"):
                continue
            listener = _Listener()
            types = _types(call)
            with suppress(_Heard):
                call(group(listener), **{each: each for each in types})
            if listener.said:
                yield _operation(listener.said, types, models)


def _is_api(member: object) -> bool:
    return inspect.isclass(member) and member.__name__.endswith("Api")


def _operation(said: Mapping[str, Any], types: Mapping[str, str], models: ModuleType) -> Operation:
    body = said.get("body")  # the name of the parameter that it was given for
    answers = said.get("response_types_map")
    return Operation(
        method=said["method"],
        path=urlsplit(said["path"]).path,
        query=said["query"],
        body=types[body] if body else None,
        answers=_only(said.get("response_type")) if answers is None else answers,
        models=models,
    )


def _only(type_: str | None) -> dict[int, str]:
    """Return the answers of an operation whose client does not know other statuses."""
    return {200: type_} if type_ else {}


def _types(call: Callable[..., Any]) -> dict[str, str]:
    """The documented parameters and their types."""
    found = {}
    for match in _PARAMETER.finditer(call.__doc__ or ""):
        name, type_ = match[1] or match[4], match[2] or match[3]
        if not name.startswith("_") and name not in _ITS_OWN:
            found[name] = type_
    return found
