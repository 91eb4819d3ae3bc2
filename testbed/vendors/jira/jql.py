"""JQL for a search in a project and for the filter of a webhook: comparisons joined by AND."""

import re
from collections.abc import Callable
from typing import NamedTuple

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.site import Site

_GRAMMAR = r"""
query: clause (_AND clause)*
clause: WORD (EQUAL | UNEQUAL) value
      | WORD (IN | NOT_IN) "(" value ("," value)* ")"
value: QUOTED | WORD
_AND: /AND\b/i
IN: /IN\b/i
NOT_IN: /NOT\s+IN\b/i
EQUAL: "="
UNEQUAL: "!="
QUOTED: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
WORD: /[^\s"'=!<>~(),]+/
%ignore /\s+/
"""
_UNBOUNDED = (
    "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
)
_NEGATED = {"UNEQUAL", "NOT_IN"}


class InvalidJql(ValueError):
    """A query that Jira refuses, in Jira's words."""


class Clause(NamedTuple):
    """A comparison of a field with values, in lower case."""

    field: str
    values: frozenset[str]
    negated: bool


class _Clauses(Transformer[Token, list[Clause]]):
    """Turns the tree of a query into its clauses."""

    def value(self, tokens: list[Token]) -> str:
        (token,) = tokens
        text = re.sub(r"\\(.)", r"\1", token[1:-1]) if token.type == "QUOTED" else str(token)
        return text.casefold()

    def clause(self, parts: list[Token]) -> Clause:
        field, operator, *values = parts
        return Clause(field.casefold(), frozenset(values), operator.type in _NEGATED)

    def query(self, clauses: list[Clause]) -> list[Clause]:
        return clauses


_PARSER = Lark(_GRAMMAR, start="query", parser="lalr", transformer=_Clauses())


def parse(jql: str) -> list[Clause]:
    """The clauses of a query, all of which an issue must satisfy."""
    if not jql.strip():
        raise InvalidJql(_UNBOUNDED)
    try:
        clauses: list[Clause] = _PARSER.parse(jql)  # type: ignore[assignment]
    except LarkError as error:
        raise InvalidJql(f"Error in the JQL Query: {str(error).splitlines()[0]}") from None
    for clause in clauses:
        if clause.field not in _FIELDS:
            text = f"Field '{clause.field}' does not exist"
            raise InvalidJql(f"{text} or you do not have permission to view it.")
    return clauses


def matches(site: Site, clauses: list[Clause], issue: Doc) -> bool:
    """Whether an issue satisfies all clauses."""
    return all(
        clause.values.isdisjoint(_names(site, clause.field, issue)) is clause.negated
        for clause in clauses
    )


def _names(site: Site, field: str, issue: Doc) -> set[str]:
    return {str(name).casefold() for name in _FIELDS[field](site, issue)}


def _project(site: Site, issue: Doc) -> list[str]:
    project = site.projects.get(issue["project"]) or {}
    return [project["id"], project["key"], project["name"]]


def _key(_: Site, issue: Doc) -> list[str]:
    return [issue["id"], issue["key"]]


def _type(site: Site, issue: Doc) -> list[str]:
    return [issue["type"], site.issue_type(issue["type"])["name"]]


_FIELDS: dict[str, Callable[[Site, Doc], list[str]]] = {
    "project": _project,
    "key": _key,
    "issuekey": _key,
    "issuetype": _type,
}
