"""Names are standard terms of the field: no word of the private language of 0.1 comes back."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "domain",
    "ports",
    "activities",
    "workflows",
    "application",
    "connectors",
    "store",
    "runtime",
    "cli",
    "testbed",
    "tests",
    "scripts",
)
METAPHORS = frozenset(
    """
    admit attended bell birth blow blows burnt bury cast coin coins crew cupboard deltas
    desk desks door doorbell doorbells dossier dress ear farewell farewells hands house
    inert journal kit lodge lodging manners obituary office onsite portal roster
    streets telling tellings told town trouble troubles truth truths visit
    visitor wanting winding
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
"""Words that no identifier contains."""
REPLACED = frozenset(
    """
    Answer Attended BOOKS BillItem Billed Bills Board Books Change Desk DealFile Doorbell
    Drafted Filed HouseRules Life Links Made Manners Move Notes Office OnSite
    Organisation Page Portal Quiet Repeat Site Street Ticket Trouble Visit Visitor
    lose_sight open_books take_back
    """.split()  # noqa: SIM905 - a list of words reads better as text
)
"""Names that another word replaced; the new one is in the glossary."""
OF_VENDORS = {
    "Organisation": "xero",
    "Links": "xero",
    "PORTAL": "hubspot",
    "portal": "hubspot",
    "Journal": "tryton",
    "journal": "tryton",
    "currency_exchange_journal": "tryton",
    "Page": "models",
    "Site": "jira",
}
"""Words of a vendor's own documentation, within that vendor's package."""


def identifiers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every name that a file gives: classes, functions, parameters, variables, aliases."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield name, node.lineno
            case ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.arg(arg=name):
                yield name, node.lineno
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
                yield name, node.lineno
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno
            case _:
                pass


@cache
def words(identifier: str) -> set[str]:
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)
    return {part.lower() for part in parts}


def is_of_vendor(name: str, path: Path) -> bool:
    return name in OF_VENDORS and OF_VENDORS[name] in path.parts


@pytest.mark.parametrize("room", ROOMS)
def test_no_name_of_the_old_vocabulary_is_left(room: str) -> None:
    found = []
    for path in sorted((ROOT / room).rglob("*.py")):
        where = path.relative_to(ROOT)
        if words(path.stem) & METAPHORS:
            found.append(str(where))
        for name, line in identifiers(ast.parse(path.read_text(encoding="utf-8"))):
            is_old = (words(name) & METAPHORS) or name in REPLACED
            if is_old and not is_of_vendor(name, path):
                found.append(f"{where}:{line} {name}")
    assert not found
