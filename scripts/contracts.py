"""Runs every vendor's contract suite, and writes the results into docs/connectors.md.

One row per connector: what it declares (checked by the suite), and how many tests it passes.
"""

import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ports.capability import Capability

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/connectors.md"
BEGIN, END = "<!-- contracts: begin -->", "<!-- contracts: end -->"
_YES, _NO = "yes", "–"
_TO_THE_END = (0, 1)  # all passed, or some failed


@dataclass
class Player:
    """A vendor in a role, and its results."""

    role: str
    vendor: str
    capabilities: frozenset[str] = frozenset()
    kept: int = 0
    other: int = 0
    broken: int = 0

    @property
    def verdict(self) -> str:
        said = f"{self.kept} of {self.kept + self.broken} kept"
        return f"{said}, {self.other} do not apply" if self.other else said


def main() -> None:
    """Run all. Exit code 1 if anything failed, or with --check if the page differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the page, do not write it")
    parser.add_argument("--results", type=Path, help="read these results, run nothing")
    parser.add_argument("--jobs", default="2", help="how many tests run at the same time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = asked.results or Path(folder, "results.xml")
        if not asked.results:
            _run(results, asked.jobs)
        cases = list(ET.parse(results).iter("testcase"))  # noqa: S314 - pytest wrote it
    broken = [_name(case) for case in cases if _is_broken(case)]
    for name in broken:
        sys.stderr.write(f"broken: {name}\n")
    page = PAGE.read_text(encoding="utf-8")
    wanted = _with_table(page, list(_players(cases)))
    if asked.check and wanted != page:
        sys.exit("docs/connectors.md says otherwise: run scripts/contracts.py and commit the page")
    if not asked.check:
        PAGE.write_text(wanted, encoding="utf-8")
    sys.exit(1 if broken else 0)


def _run(results: Path, jobs: str) -> None:
    """Run the suites to their end, whatever fails."""
    suite = ["tests/contracts", "-q", "-p", "no:cacheprovider", f"--junitxml={results}"]
    suite += ["-n", jobs, "--dist", "loadgroup"]
    ended = subprocess.run([sys.executable, "-m", "pytest", *suite], cwd=ROOT, check=False)
    if ended.returncode not in _TO_THE_END:
        sys.exit(f"pytest ended with {ended.returncode}: the page is left as it is")


def _players(cases: Iterable[ET.Element]) -> Iterator[Player]:
    """Return the results by vendor and role; tests of no harness do not count."""
    found: dict[tuple[str, str], Player] = {}
    for case in cases:
        properties = {p.get("name"): str(p.get("value")) for p in case.iter("property")}
        if "vendor" not in properties:
            continue
        who = (properties["role"], properties["vendor"])
        player = found.setdefault(who, Player(*who))
        player.capabilities |= frozenset(
            filter(None, properties.get("capabilities", "").split(", "))
        )
        if _is_broken(case):
            player.broken += 1
        elif case.find("skipped") is not None:
            player.other += 1
        else:
            player.kept += 1
    yield from (found[who] for who in sorted(found))


def _is_broken(case: ET.Element) -> bool:
    return case.find("failure") is not None or case.find("error") is not None


def _name(case: ET.Element) -> str:
    return f"{case.get('classname')}::{case.get('name')}"


def _with_table(page: str, players: list[Player]) -> str:
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{_table(players)}\n{END}{after}"


def _table(players: list[Player]) -> str:
    names = [str(each) for each in Capability]
    lines = [_row("connector", "part", *names, "contract"), _row(*["---"] * (len(names) + 3))]
    for player in players:
        flags = [_YES if name in player.capabilities else _NO for name in names]
        lines.append(_row(player.vendor, player.role, *flags, player.verdict))
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
