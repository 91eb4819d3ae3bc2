"""Checks the licence of every locked package against a list, and writes docs/third-party.md.

`--check` changes nothing and fails if the page is out of date.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs/third-party.md"
LOCKS: Final = {"Cashward": "requirements.lock", "The testbed": "testbed/requirements.lock"}
ALLOWED: Final = (
    "MIT",
    "ISC",
    "BSD",
    "Apache",
    "PSF",
    "Python Software Foundation",
    "Mozilla Public License 2.0",
    "MPL-2.0",
    "LGPL",
    "GNU Lesser General Public License",
)
"""A licence must name one of these. We link to LGPL libraries as they are, and change none."""


def main() -> None:
    """Check all licences; then write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the page is out of date")
    is_check = parser.parse_args().check
    tables = {title: licenses(ROOT / lock) for title, lock in LOCKS.items()}
    refused = [row for rows in tables.values() for row in rows if not is_allowed(row["License"])]
    for row in refused:
        print(f"{row['Name']} {row['Version']} has the licence {row['License']!r}: not allowed")
    page = render(tables)
    # Another Python may need fewer packages: each one that is installed must be on the page.
    known = set(PAGE.read_text(encoding="utf-8").splitlines())
    if is_check and (missing := set(page.splitlines()) - known):
        print("\n".join(sorted(missing)))
        sys.exit("docs/third-party.md lacks these lines: run `make licenses`")
    if not is_check:
        PAGE.write_text(page, encoding="utf-8")
    sys.exit(bool(refused))


def licenses(lock: Path) -> list[dict[str, str]]:
    """Return name, version and licence of each installed package of a lock."""
    names = re.findall(r"^([\w.-]+)==", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    asked = ["--from=mixed", "--format=json", "--with-system", "--packages", *names]
    program = [sys.executable, "-m", "piplicenses", *asked]
    found = subprocess.run(program, capture_output=True, text=True, check=True).stdout
    rows: list[dict[str, str]] = json.loads(found)
    return sorted(rows, key=lambda row: row["Name"].lower())


def is_allowed(license_: str) -> bool:
    return any(allowed in license_ for allowed in ALLOWED)


def render(tables: dict[str, list[dict[str, str]]]) -> str:
    """Render the page in Markdown."""
    lines = [
        "# Third-party software",
        "",
        "Cashward installs these packages and contains no copy of them.",
        "`make licenses` writes this page.",
        "psycopg and python-stdnum are under the LGPL: Cashward uses them unchanged, as libraries.",
    ]
    for title, rows in tables.items():
        lines += ["", f"## {title}", "", "| package | version | licence |", "| --- | --- | --- |"]
        lines += [f"| {row['Name']} | {row['Version']} | {row['License']} |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
