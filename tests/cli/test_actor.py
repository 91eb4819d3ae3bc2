"""The actor of a command is the operating system's user, whatever the environment says."""

import os
import pwd

import pytest
from temporalio.testing import WorkflowEnvironment

from cli.actor import current_actor
from cli.errors import ExitCode
from tests.cli.command_server import CommandServer

FORGED = dict.fromkeys(("USER", "LOGNAME", "LNAME", "USERNAME"), "mallory")
ME = pwd.getpwuid(os.getuid()).pw_name


def test_variables_do_not_name_the_actor(monkeypatch: pytest.MonkeyPatch) -> None:
    before = current_actor()
    for name, value in FORGED.items():
        monkeypatch.setenv(name, value)
    assert current_actor() == before
    assert (before.display_name, before.subject.partition("@")[0]) == (ME, f"uid:{os.getuid()}")


def test_a_refused_command_is_shown_under_the_name_of_its_user(
    server: CommandServer, temporal: WorkflowEnvironment, database_url: str
) -> None:
    environment = {
        **FORGED,
        **{f"CASHWARD_VENDORS__{part}": "memory" for part in ("CRM", "PM", "ERP")},
        "CASHWARD_TEMPORAL__ADDRESS": temporal.client.service_client.config.target_host,
        "CASHWARD_DATABASE__URL": database_url,
    }
    code, said = server.run("deal", "cancel", "7", "--reason", "lost", environment=environment)
    assert (code, "no open run deal:memory:7" in said) == (ExitCode.REFUSED, True), said
    code, said = server.run("deal", "audit", "7", environment=environment)
    assert code == ExitCode.DONE, said
    assert all(word in said for word in (f"{ME}*", "cancel", "refused", "lost", "deal list"))
    assert "mallory" not in said
    code, said = server.run("deal", "audit", "8", environment=environment)
    assert (code, "nothing is on record about memory:8" in said) == (ExitCode.DONE, True), said
