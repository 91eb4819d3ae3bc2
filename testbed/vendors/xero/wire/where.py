"""The vendor's filter expressions: `Type=="ACCREC" AND Date >= DateTime(2026, 10, 01)`."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from testbed.vendors.xero.wire.expressions import (
    METHODS,
    Both,
    Compare,
    Either,
    Expression,
    TextTest,
)
from testbed.vendors.xero.wire.values import Value


class BadExpression(ValueError):
    """The expression cannot be read, or names what the resource does not have."""


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"\\]|\\.)*")
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<sign>==|!=|>=|<=|>|<|=)
    | (?P<both>&&|\bAND\b)
    | (?P<either>\|\||\bOR\b)
    | (?P<mark>[(),])
    | (?P<word>[A-Za-z][A-Za-z0-9_.]*)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_Token: TypeAlias = tuple[str, str]


def parse(text: str, fields: Mapping[str, type]) -> Expression:
    """Read an expression over `fields`; whatever cannot be meant is a BadExpression."""
    return _Parser(_tokens(text), fields).whole()


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found or not found.lastgroup:
            raise BadExpression(f"Syntax error at position {at}")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[_Token], fields: Mapping[str, type]) -> None:
        self._tokens = tokens
        self._at = 0
        self._fields = {name.lower(): (name, kind) for name, kind in fields.items()}

    def whole(self) -> Expression:
        expression = self._either()
        if self._at < len(self._tokens):
            raise BadExpression(f"Syntax error near '{self._tokens[self._at][1]}'")
        return expression

    def _either(self) -> Expression:
        left = self._both()
        while self._take("either"):
            left = Either(left, self._both())
        return left

    def _both(self) -> Expression:
        left = self._test()
        while self._take("both"):
            left = Both(left, self._test())
        return left

    def _test(self) -> Expression:
        if self._take("mark", "("):
            inner = self._either()
            self._need("mark", ")")
            return inner
        path = self._need("word")
        stem, _, method = path.rpartition(".")
        if method.lower() in METHODS:
            return self._text_test(stem, method.lower())
        name, kind = self._field(path)
        sign = self._take("sign")
        if sign is None and kind is bool:
            return Compare(name, "==", literal=True)
        if sign is None:
            raise BadExpression(f"Operator expected after '{path}'")
        return Compare(name, "==" if sign == "=" else sign, self._literal(name, kind))

    def _text_test(self, path: str, method: str) -> Expression:
        name, _ = self._field(path)
        self._need("mark", "(")
        literal = self._need("text")
        self._need("mark", ")")
        return TextTest(name, method, _unquoted(literal))

    def _field(self, path: str) -> tuple[str, type]:
        if path.lower() not in self._fields:
            raise BadExpression(f"No property or field '{path}' exists in type")
        return self._fields[path.lower()]

    def _literal(self, name: str, kind: type) -> Value:
        value = self._value()
        if value is not None and not isinstance(value, kind):
            raise BadExpression(f"'{name}' cannot be compared with {value!r}")
        return value

    def _value(self) -> Value:
        if text := self._take("text"):
            return _unquoted(text)
        if digits := self._take("number"):
            return Decimal(digits)
        word = self._need("word").lower()
        if word in _WORDS:
            return _WORDS[word]
        self._need("mark", "(")
        return self._made(word)

    def _made(self, word: str) -> Value:
        if word == "guid":
            text = _unquoted(self._need("text"))
            self._need("mark", ")")
            return text
        if word != "datetime":
            raise BadExpression(f"No function '{word}' exists")
        parts = [self._need("number")]
        while self._take("mark", ","):
            parts.append(self._need("number"))
        self._need("mark", ")")
        try:
            year, month, day, *clock = (int(part) for part in parts)
            return datetime.combine(date(year, month, day), _time(clock), tzinfo=UTC)
        except (TypeError, ValueError) as wrong:
            raise BadExpression(f"No such date: {', '.join(parts)}") from wrong

    def _take(self, kind: str, text: str | None = None) -> str | None:
        if self._at >= len(self._tokens):
            return None
        found_kind, found = self._tokens[self._at]
        if found_kind != kind or (text is not None and found != text):
            return None
        self._at += 1
        return found

    def _need(self, kind: str, text: str | None = None) -> str:
        found = self._take(kind, text)
        if found is None:
            raise BadExpression(f"Syntax error: '{text or kind}' expected")
        return found


_WORDS: dict[str, Value] = {"null": None, "true": True, "false": False}


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _time(parts: list[int]) -> time:
    hour, minute, second = [*parts, 0, 0, 0][:3]
    return time(hour, minute, second)
