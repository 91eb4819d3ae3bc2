"""The runbook names every kind of failure that parks a run, and no other."""

import re
from pathlib import Path

from domain.attention import INCOMPLETE
from domain.refusal import Refusal
from ports import failures

RUNBOOK = Path(__file__).parents[1] / "docs/runbook.md"
RAISED_BY_WORKFLOWS = {INCOMPLETE, "customer", "credit", "terms", "bill-again", "StageEnded"}
NEVER_PARKS = {"Superseded", "CurrencyMismatch"}
"""After the first, a younger attempt goes on; the second is a bug of ours."""


def _subclasses(of: type) -> set[type]:
    children: list[type] = of.__subclasses__()
    return {of}.union(*map(_subclasses, children))


def _of_connectors() -> set[str]:
    known = _subclasses(failures.ConnectorFailure) - {failures.ConnectorFailure}
    return {each.__name__ for each in known if each.__module__ == failures.__name__}


def _kinds() -> set[str]:
    table = RUNBOOK.read_text().partition("## What waits on the attention list")[2]
    rows = re.findall(r"^\| (`.*?`) \|", table.partition("\n\n`abort`")[0], flags=re.MULTILINE)
    return {kind for row in rows for kind in re.findall(r"`([^`]+)`", row)}


def test_the_runbook_names_every_failure_of_a_connector() -> None:
    assert _of_connectors() <= _kinds()


def test_the_runbook_names_every_refusal_of_the_domain_and_no_other_kind() -> None:
    in_domain = {
        each.__name__ for each in _subclasses(Refusal) if each.__module__.startswith("domain.")
    }
    parks = in_domain - NEVER_PARKS
    assert parks <= _kinds()
    assert _kinds() <= parks | _of_connectors() | RAISED_BY_WORKFLOWS | {"NotSettled"}
