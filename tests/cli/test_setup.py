"""`cashward setup` shows what the CRM lacks, and makes it only when somebody agrees."""

import asyncio
import os
import pty
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from cli.errors import ExitCode
from testbed.certificates import authorities
from tests.cli.command_server import CommandServer
from tests.contracts.hubspot import PROPERTIES, TOKEN, crm

Setup = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def hubspot(tmp_path: Path) -> AsyncIterator[str]:
    """An account that nobody has set up."""
    async with crm(tmp_path) as harness:
        await harness.empty()
        yield harness.url


@pytest.fixture
def setup(hubspot: str, server: CommandServer) -> Setup:
    """Run the command with these options; return its exit code and all that it printed."""
    environment = {
        **{f"CASHWARD_VENDORS__{part}": "memory" for part in ("PM", "ERP")},
        "CASHWARD_VENDORS__CRM": "hubspot",
        "CASHWARD_CONNECTORS__HUBSPOT__URL": hubspot,
        "CASHWARD_CONNECTORS__HUBSPOT__ACCESS_TOKEN": TOKEN,
        "CASHWARD_TEMPORAL__ADDRESS": "127.0.0.1:1",
    }

    def call(*options: str, answer: str = "") -> tuple[int, str]:
        master, terminal = pty.openpty()
        os.write(master, answer.encode())
        stdin = os.ttyname(terminal) if answer else os.devnull
        try:
            return server.run("setup", *options, environment=environment, stdin=stdin)
        finally:
            os.close(master)
            os.close(terminal)

    return lambda *options, answer="": asyncio.to_thread(call, *options, answer=answer)


async def ours(hubspot: str) -> set[str]:
    """The fields of deals that bear our name."""
    async with httpx.AsyncClient(
        headers={"Authorization": f"Bearer {TOKEN}"}, verify=authorities()
    ) as http:
        found = (await http.get(f"{hubspot}{PROPERTIES}/deals")).raise_for_status().json()
    return {each["name"] for each in found["results"] if each["name"].startswith("cashward_")}


async def test_a_dry_run_tells_what_is_missing_and_makes_nothing(
    hubspot: str, setup: Setup
) -> None:
    code, said = await setup("--dry-run", "--yes")
    assert (code, "missing: " in said, "made: " in said) == (ExitCode.DONE, True, False), said
    assert await ours(hubspot) == set()


async def test_what_is_agreed_to_is_made_once(hubspot: str, setup: Setup) -> None:
    code, said = await setup("--yes")
    missing, made = (
        [line for line in said.splitlines() if w in line] for w in ("missing:", "made:")
    )
    assert (code, len(made)) == (ExitCode.DONE, len(missing)), said
    before = await ours(hubspot)
    assert before
    code, said = await setup("--yes")
    assert (code, "nothing to make" in said, "made:" in said) == (ExitCode.DONE, True, False), said
    assert await ours(hubspot) == before


async def test_a_program_that_cannot_be_asked_must_say_yes(hubspot: str, setup: Setup) -> None:
    code, said = await setup()
    assert (code, "--yes" in said) == (ExitCode.USAGE, True), said
    assert await ours(hubspot) == set()


@pytest.mark.parametrize(("answer", "makes"), [("n\n", False), ("y\n", True)])
async def test_a_person_is_asked(hubspot: str, setup: Setup, answer: str, makes: bool) -> None:
    code, said = await setup(answer=answer)
    assert (code, "in the CRM?" in said) == (ExitCode.DONE, True), said
    assert bool(await ours(hubspot)) is makes
