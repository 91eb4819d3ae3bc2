"""JSON whose numbers are written digit for digit, never through a float."""

import json
import re
from decimal import Decimal

_MARK = "\x00"
_MARK_IN_JSON = "\\u0000"
_MARKED = re.compile(r'"\\u0000([0-9.eE+-]+)\\u0000"')


class Digits:
    """A number that is written into JSON exactly as its text reads."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def write(value: object) -> bytes:
    """Write JSON; `Digits` and Decimals keep their trailing zeros."""
    text = json.dumps(value, default=_mark, separators=(",", ":"), ensure_ascii=False)
    return _MARKED.sub(r"\1", text).encode() if _MARK_IN_JSON in text else text.encode()


def _mark(value: object) -> str:
    if isinstance(value, Digits):
        return f"{_MARK}{value.text}{_MARK}"
    if isinstance(value, Decimal):
        return f"{_MARK}{value:f}{_MARK}"
    msg = f"{type(value).__name__} has no JSON form here"
    raise TypeError(msg)
