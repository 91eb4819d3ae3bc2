"""A failing command says why in a sentence, without a traceback, and has the right exit code."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from cli.errors import ExitCode
from tests.cli.command_server import CommandServer

NOWHERE = "127.0.0.1:1"
DOWN = {"CASHWARD_TEMPORAL__ADDRESS": NOWHERE}
NO_DATABASE = {
    "CASHWARD_DATABASE__URL": f"postgresql+psycopg://x@{NOWHERE}/x",
    "CASHWARD_DATABASE__POOL_TIMEOUT_SECONDS": "0.1",
}

ALL_IN_MEMORY = {f"CASHWARD_VENDORS__{part}": "memory" for part in ("CRM", "PM", "ERP")}


Command = Callable[..., tuple[int, str]]


@pytest.fixture
def cashward(server: CommandServer) -> Command:
    """Run a command with this environment; return its exit code and all that it printed."""

    def run(environment: dict[str, str], *words: str) -> tuple[int, str]:
        return server.run(*words, environment={**DOWN, **environment})

    return run


@pytest.mark.parametrize(
    ("environment", "words", "code", "message"),
    [
        ({}, ("deal", "list"), ExitCode.DOWN, "cashward up"),
        ({}, ("finance", "position", "1"), ExitCode.DOWN, "CASHWARD_TEMPORAL__ADDRESS"),
        (NO_DATABASE, ("attention", "list"), ExitCode.DOWN, "CASHWARD_DATABASE__URL"),
        (NO_DATABASE, ("migrate",), ExitCode.DOWN, "CASHWARD_DATABASE__URL"),
        (
            {"CASHWARD_VENDORS__CRM": "pipedrive"},
            ("setup",),
            ExitCode.USAGE,
            "hubspot, jira, memory",
        ),
        ({"CASHWARD_TIMING__POLL": "1"}, ("doctor",), ExitCode.USAGE, "CASHWARD_TIMING__POLL"),
        (
            {"CASHWARD_LOGLEVEL": "INFO"},
            ("deal", "list"),
            ExitCode.USAGE,
            "CASHWARD_LOGLEVEL: there is",
        ),
        ({"CASHWARD_LOG_LEVEL": "loud"}, ("worker",), ExitCode.USAGE, "CASHWARD_LOG_LEVEL"),
        (
            {"CASHWARD_WORKER__RATES": "[1"},
            ("deal", "list"),
            ExitCode.USAGE,
            "CASHWARD_WORKER__RATES",
        ),
        ({"CASHWARD_DATABASE__URL": "db"}, ("migrate",), ExitCode.USAGE, "CASHWARD_DATABASE__URL"),
        (
            {"CASHWARD_DATABASE__PASSWORD_FILE": "/nowhere"},
            ("attention", "list"),
            ExitCode.USAGE,
            "CASHWARD_DATABASE__PASSWORD_FILE",
        ),
        (
            {"CASHWARD_TEMPORAL__CLIENT_CERT": "/nowhere"},
            ("deal", "list"),
            ExitCode.USAGE,
            "/nowhere",
        ),
        ({}, ("deal", "cancel", "1"), ExitCode.USAGE, "by an option"),
        ({}, ("deal", "list", "--stage", "nonsense"), ExitCode.USAGE, "delivery"),
        ({}, ("demo", "--json", "/dev/null/figures"), ExitCode.USAGE, "--json /dev/null/figures"),
        ({**ALL_IN_MEMORY, **NO_DATABASE}, ("deal", "start", "1"), ExitCode.DOWN, "DATABASE__URL"),
        ({}, ("deal", "shwo", "1"), ExitCode.USAGE, "shwo"),
        ({}, ("deal", "signal", "1", "milestone"), ExitCode.USAGE, "milestone-reached"),
    ],
)
def test_a_command_that_cannot_be_done_says_what_to_do(
    cashward: Command,
    environment: dict[str, str],
    words: tuple[str, ...],
    code: ExitCode,
    message: str,
) -> None:
    returned, said = cashward(environment, *words)
    assert (returned, message in said) == (code, True), said
    assert "Traceback" not in said


def test_the_doctor_looks_at_everything_although_something_is_down(cashward: Command) -> None:
    returned, said = cashward({**NO_DATABASE, **ALL_IN_MEMORY}, "doctor")
    assert returned == ExitCode.DOWN
    assert all(name in said for name in ("temporal", "postgres", "crm (memory)", "erp (memory)"))


def test_a_command_run_as_a_program_ends_with_its_exit_code() -> None:
    clean = {name: value for name, value in os.environ.items() if "CASHWARD" not in name}
    program = [sys.executable, "-m", "cli.main", "deal", "list"]
    done = subprocess.run(program, env={**clean, **DOWN}, capture_output=True, check=False)
    assert done.returncode == ExitCode.DOWN


def test_a_closed_output_does_not_hide_the_exit_code() -> None:
    close = "import sys; sys.stdout = None"
    code = f"{close}; from runtime.worker_main import leave; leave({ExitCode.DOWN})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == ExitCode.DOWN
