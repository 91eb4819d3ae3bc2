"""Xero's filter expressions: `Type=="ACCREC" AND Reference.StartsWith("cw:")`."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.records import plain

Test: TypeAlias = Callable[[Doc], bool]

_PARSER = Lark(
    r"""
    ?either: both | either _OR both -> any_of
    ?both: test | both _AND test -> all_of
    ?test: "(" either ")"
        | FIELD "==" (TEXT | NULL) -> equals
        | FIELD "!=" (TEXT | NULL) -> differs
        | FIELD ".StartsWith" "(" TEXT ")" -> starts
    _OR: /OR\b/i | "||"
    _AND: /AND\b/i | "&&"
    FIELD: /[A-Za-z]\w*/
    NULL: "null"
    TEXT: /"[^"]*"/
    %ignore /\s+/
    """,
    parser="lalr",
    start="either",
)


@dataclass(frozen=True)
class Filter:
    """A test of a record, and the values that every match must have, for use with an index."""

    matches: Test
    required: Mapping[str, str] = field(default_factory=dict)


def parse(text: str, fields: Collection[str]) -> Filter:
    """Read an expression over these fields. Raises ValueError."""
    try:
        tree = _PARSER.parse(text)
    except LarkError as wrong:
        raise ValueError(f"Syntax error: {str(wrong).splitlines()[0]}") from wrong
    for name in tree.scan_values(_is_field):
        if name not in fields:
            raise ValueError(f"No property or field '{name}' exists in type")
    return _Filters().transform(tree)


def _is_field(token: object) -> bool:
    return isinstance(token, Token) and token.type == "FIELD"


@v_args(inline=True)
class _Filters(Transformer[Token, Filter]):
    """Turns the tree into one filter. Texts compare without case and accents."""

    def TEXT(self, token: Token) -> str:  # noqa: N802  named as in the grammar
        return plain(token[1:-1])

    def NULL(self, _token: Token) -> None:  # noqa: N802
        return None

    def equals(self, name: Token, wanted: str | None) -> Filter:
        required = {} if wanted is None else {str(name): wanted}
        return Filter(lambda doc: _value(doc, name) == wanted, required)

    def differs(self, name: Token, unwanted: str | None) -> Filter:
        return Filter(lambda doc: _value(doc, name) != unwanted)

    def starts(self, name: Token, text: str) -> Filter:
        return Filter(lambda doc: (_value(doc, name) or "").startswith(text))

    def all_of(self, left: Filter, right: Filter) -> Filter:
        required = {**left.required, **right.required}
        return Filter(lambda doc: left.matches(doc) and right.matches(doc), required)

    def any_of(self, left: Filter, right: Filter) -> Filter:
        return Filter(lambda doc: left.matches(doc) or right.matches(doc))


def _value(doc: Doc, name: str) -> str | None:
    value = doc.get(name)
    return None if value is None else plain(str(value))
