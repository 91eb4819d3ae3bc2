"""Cut a query into words, quoted texts and signs, with the place of each for the error message."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from testbed.vendors.jira.jql.query import Malformed

_TOKEN = re.compile(
    r"""\s+
    | (?P<quoted> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
    | (?P<sign> != | !~ | <= | >= | && | \|\| | [=<>~!(),] )
    | (?P<word> (?: [^\s"'=!<>~(),&|\[\]] | \[[^\]]*\] )+ )
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    QUOTED = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query and where it stands."""

    kind: Kind
    text: str
    place: int

    def says(self, *words: str) -> bool:
        """Whether this is one of the given keywords or signs."""
        return self.kind in {Kind.WORD, Kind.SIGN} and self.text.upper() in words


def tokens(jql: str) -> list[Token]:
    """The query in pieces, closed by an END."""
    found, place = [], 0
    while place < len(jql):
        match = _TOKEN.match(jql, place)
        if match is None:
            raise Malformed(_unreadable(jql, place))
        if match.lastgroup == "quoted":
            found.append(Token(Kind.QUOTED, _unescaped(match.group()[1:-1]), place))
        elif match.lastgroup:
            kind = Kind.WORD if match.lastgroup == "word" else Kind.SIGN
            found.append(Token(kind, match.group(), place))
        place = match.end()
    return [*found, Token(Kind.END, "(end)", len(jql))]


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPED.get(code, code)

    return _ESCAPE.sub(one, text)


def _unreadable(jql: str, place: int) -> str:
    if jql[place] in "\"'":
        return "Error in the JQL Query: The quoted string has not been completed." + at(place)
    return (
        f"Error in the JQL Query: The character '{jql[place]}' is a reserved JQL character. "
        "You must enclose it in a string or use its unicode escape instead." + at(place)
    )


def at(place: int) -> str:
    """Where it went wrong, as Jira ends such sentences."""
    return f" (line 1, character {place + 1})"
