"""A call and its answer, as a vendor's handlers see them."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, QueryParams


class Call:
    """One request: what is asked, by whom, when."""

    def __init__(self, scope: dict[str, Any], body: bytes, at: datetime) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.body = body
        self.at = at
        self.template: str = self.path
        self.params: dict[str, str] = {}
        self.actor = ""
        self.application = ""
        self.scopes: frozenset[str] = frozenset()
        self.key = ""
        self.attempt = 0
        self._scope = scope

    @property
    def operation(self) -> str:
        """The name of the operation: the method and the template of the path."""
        return f"{self.method} {self.template}"

    @cached_property
    def headers(self) -> Headers:
        return Headers(scope=self._scope)

    @property
    def trace(self) -> str:
        """The caller's own name of what the call belongs to."""
        return self.headers.get("x-correlation-id", "")

    @cached_property
    def query(self) -> QueryParams:
        return QueryParams(self._scope["query_string"])

    @property
    def authorization(self) -> tuple[str, str]:
        """The scheme and the credentials of the header."""
        scheme, _, credentials = self.headers.get("authorization", "").partition(" ")
        return scheme, credentials

    @property
    def bearer(self) -> str:
        """The bearer token; empty if there is none."""
        scheme, token = self.authorization
        return token if scheme == "Bearer" else ""

    @property
    def basic(self) -> tuple[str, str]:
        """The user and the password; both empty if there are none."""
        scheme, coded = self.authorization
        try:
            user, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
        except ValueError:
            return "", ""
        return (user, password) if scheme == "Basic" else ("", "")

    def words(self, name: str) -> list[str]:
        """A list in the query, repeated or separated by commas."""
        parts = (part for text in self.query.getlist(name) for part in text.split(","))
        return [part.strip() for part in parts if part.strip()]

    @cached_property
    def base_url(self) -> str:
        """The address that the caller used, for links in answers."""
        return f"http://{self.headers.get('host', 'localhost')}"

    @cached_property
    def json(self) -> Any:  # noqa: ANN401  whatever the caller sent
        """The body as JSON, fractions as Decimal; Unreadable if it is none."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except ValueError as bad:
            raise Unreadable(str(bad)) from bad

    @cached_property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(slots=True)
class Response:
    """The answer to a call: `body` None is empty, bytes are sent as they are, all else as JSON."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, default=_number).encode()


class Unreadable(ValueError):
    """The body of a call is not JSON."""


class Refusal(Exception):
    """Raised by a handler to refuse a call; everything that it did is undone."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _number(value: object) -> float | int:
    if isinstance(value, Decimal):
        # The shortest repr of a double gives back up to 15 digits exactly.
        return int(value) if value == value.to_integral_value() else float(value)
    msg = f"{type(value).__name__} has no place in a JSON answer"
    raise TypeError(msg)
