"""A vendor's response, and the failure that it means if it is not a success."""

import json
import re
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, TypeVar, cast

import httpx
from pydantic import TypeAdapter, ValidationError

from ports.failures import (
    Absent,
    ConnectorFailure,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
    Unreachable,
)

M = TypeVar("M")

_LONGEST_REASON = 300
_E_MAIL = re.compile(r"[^\s\"'<>()\[\]{},;:=]+@[^\s\"'<>()\[\]{},;:=]+")


@dataclass(frozen=True)
class Response:
    """A vendor's response. `changes`: the call may have changed something at the vendor."""

    system: str
    status: int
    headers: httpx.Headers
    text: str
    changes: bool

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:  # noqa: ANN401  JSON can be anything
        """Read the body as JSON with exact fractions. A body that cannot be read is a failure."""
        try:
            return json.loads(self.text, parse_float=Decimal)
        except ValueError as broken:
            raise self.unreadable("no JSON") from broken

    def read(self, model: type[M], *names: str) -> M:
        """The body as a model, or the part of the body under these names.

        A body that does not fit is a failure, as one that is no JSON.
        """
        part = self.json()
        for name in names:
            if not isinstance(part, dict) or name not in part:
                raise self.unreadable(f"no {name}")
            part = part[name]
        try:
            adapter: TypeAdapter[M] = _adapter(cast("Hashable", model))
            return adapter.validate_python(part)
        except ValidationError as surprise:
            first = surprise.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise self.unreadable(f"{where}: {first['msg']}") from surprise

    def try_read(self, model: type[M]) -> M | None:
        """The body of an error as a model; None if it does not fit."""
        try:
            adapter: TypeAdapter[M] = _adapter(cast("Hashable", model))
            return adapter.validate_json(self.text)
        except ValidationError:
            return None

    def unreadable(self, why: str) -> ConnectorFailure:
        """Return the failure for an unreadable success: a change may have happened."""
        return self.lost(f"answered {self.status} with what we cannot read ({why})")

    def lost(self, reason: str) -> ConnectorFailure:
        """Return the failure for a call without a known outcome."""
        if self.changes:
            return Uncertain(self.system, reason, pause=self.retry_after, answered=True)
        return Unreachable(self.system, reason, pause=self.retry_after)

    @property
    def retry_after(self) -> timedelta | None:
        """The pause the vendor asks for, in seconds or as a date (RFC 9110, 10.2.3)."""
        asked = self.headers.get("Retry-After", "").strip()
        if asked.isdecimal():
            return timedelta(seconds=int(asked))
        try:
            until = parsedate_to_datetime(asked)
        except ValueError:
            return None
        return max(until - datetime.now(UTC), timedelta(0))

    def reason(self, words: str = "") -> str:
        """The vendor's own words, short and without e-mail addresses."""
        said = _E_MAIL.sub("…", " ".join((words or self.text).split()))
        return f"{self.status} {said}".strip()[:_LONGEST_REASON]

    def failure(self, pause: timedelta) -> ConnectorFailure:
        """Return the failure that a status means; `pause` is this vendor's default."""
        match self.status:
            case 401 | 403:
                return Misconfigured(self.system, self.reason())
            case 404:
                return Absent(self.system, self.reason())
            case 408:
                return self.lost(self.reason())
            case 429:
                return Throttled(self.system, self.reason(), pause=self.retry_after or pause)
            case status if 400 <= status < 500:
                return Rejected(self.system, self.reason())
            case _:
                # A redirect is never followed: it leads away from the API we were told to use.
                return self.lost(self.reason())


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:  # noqa: ANN401  a model or a type of several
    return TypeAdapter(model)
