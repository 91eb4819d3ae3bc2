"""The page shows a suite's results as they are; a harness that does not start is a failure."""

import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parents[2]
_KEPT, _BROKEN, _NO_HARNESS, _OTHER = "", "<failure/>", "<error/>", "<skipped/>"


def case(name: str, came: str, **properties: str) -> str:
    pairs = (f"<property name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in properties.items())
    inside = f"<properties>{''.join(pairs)}</properties>{came}"
    return f"<testcase classname='suite' name={quoteattr(name)}>{inside}</testcase>"


def check(folder: Path, *cases: str) -> tuple[int, str]:
    """Return the exit code and the output for these results and the present page."""
    results = folder / "results.xml"
    results.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
    argv = [sys.executable, "scripts/contracts.py", "--check", "--results", str(results)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_whatever_failed_is_named_and_ends_in_failure(tmp_path: Path) -> None:
    code, said = check(
        tmp_path,
        case("law[acme]", _BROKEN, role="crm", vendor="acme"),
        case("harness[acme]", _NO_HARNESS, role="crm", vendor="acme"),
        case("nobody's", _NO_HARNESS),
        case("kept[acme]", _KEPT, role="crm", vendor="acme"),
        case("other[acme]", _OTHER, role="crm", vendor="acme"),
    )
    named = [line.split("::")[1] for line in said.splitlines() if line.startswith("broken: ")]
    assert (code, named) == (1, ["law[acme]", "harness[acme]", "nobody's"])


def test_a_page_that_says_otherwise_ends_in_failure(tmp_path: Path) -> None:
    code, said = check(tmp_path, case("kept[acme]", _KEPT, role="crm", vendor="acme"))
    assert (code, "says otherwise" in said) == (1, True)
