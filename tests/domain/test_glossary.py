"""The glossary lists every type of the domain and the ports, and no type that is not there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def types() -> set[str]:
    """The public classes of `domain` and `ports`."""
    files = [file for room in ("domain", "ports") for file in (ROOT / room).glob("*.py")]
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    classes = (node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    return {each.name for each in classes if not each.name.startswith("_")}


def listed() -> set[str]:
    """The types in the second column of the glossary."""
    rows = re.findall(r"^\| \*\*.*", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[2])}


def test_every_type_is_in_the_glossary() -> None:
    assert types() - listed() == set()


def test_the_glossary_names_no_type_that_is_gone() -> None:
    assert listed() - types() == set()
