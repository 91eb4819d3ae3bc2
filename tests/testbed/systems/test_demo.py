"""A demo on the real systems as a user runs it; its last commands restore what it linked."""

import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
_TIMEOUT = 60
_ROOT = Path(__file__).parents[3]
_LINK = re.compile(r"^  (run|deal|project|INV/\S+) +(http://\S+)$", re.MULTILINE)


@pytest.fixture
def state() -> Iterator[Path]:
    """A folder that PostgreSQL can reach, whatever account it runs as."""
    with tempfile.TemporaryDirectory(prefix="cashward-demo-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        yield Path(made) / "state"


def test_the_links_are_dead_at_the_end_and_its_last_lines_bring_them_back(state: Path) -> None:
    output = _demo(state)
    links = dict(_LINK.findall(output))
    assert {"run", "deal", "project"} < links.keys()
    assert not any(map(_answers, links.values()))
    *_, real, cashward = output.rstrip().splitlines()
    with ExitStack() as up:
        for command in (real, cashward):
            up.enter_context(_up(shlex.split(command)))
        assert [name for name, link in links.items() if not _answers(link)] == []
        assert "EXECUTION_STATUS_COMPLETED" in _details_in_temporal(links["run"])


def _demo(state: Path) -> str:
    argv = [sys.executable, "-m", "cli.main", "demo", "--systems", "real", "--no-stay"]
    argv += ["--milestones", "1", "--state", str(state)]
    ended = subprocess.run(argv, cwd=_ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@contextmanager
def _up(command: Sequence[str]) -> Iterator[None]:
    """Run a command while the block runs, and end it by Ctrl-C as a person does."""
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        assert any("Ctrl-C" in line for line in program.stdout), command
        try:
            yield
        finally:
            program.send_signal(signal.SIGINT)
            said, _ = program.communicate(timeout=60)
    assert "everything is down" in said
    assert program.returncode == 0


def _answers(link: str) -> bool:
    try:
        return httpx.get(link, timeout=30).status_code < 500
    except httpx.TransportError:
        return False


def _details_in_temporal(run: str) -> str:
    """Return what the Temporal UI shows of the linked run, once the server is ready."""
    at = urlsplit(run)
    path = at.path.removeprefix("/namespaces/cashward/workflows/")
    address = f"http://{at.netloc}/api/v1/namespaces/cashward/workflows/{path}"
    until = time.monotonic() + _TIMEOUT
    while (found := httpx.get(address, timeout=30)).is_error and time.monotonic() < until:
        time.sleep(1)
    shown = found.json()
    return str(shown.get("workflowExecutionInfo", shown))
