"""`cashward up`: runs the local stack in the foreground."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, TypeVar

import typer
from rich.text import Text

from cli.context import DEFAULT_STATE, STATE, State, out, remember
from cli.context import run as run_command
from cli.errors import CliError, ExitCode
from testbed.demo.worker_settings import migrate_database, sandbox_config, worker_environment
from testbed.stack.errors import StackError
from testbed.stack.stack import Stack, local_stack

R = TypeVar("R")
READ_EVERY = 0.3
_TONES = {"warning": "yellow", "error": "red", "critical": "red"}
_ASIDE = frozenset({"event", "at", "level", "timestamp", "logger", "run"})

Workers = Annotated[int, typer.Option("--workers", min=1, help="How many workers to start.")]
Faults = Annotated[
    float, typer.Option("--faults", min=0, max=0.9, help="The share of our calls that go wrong.")
]
Limits = Annotated[
    bool, typer.Option(help="Keep the vendors' rate limits, such as Xero's 60 calls a minute.")
]


def up(
    state: State = DEFAULT_STATE,
    workers: Annotated[
        int, typer.Option(min=0, help="How many workers to start; 0 only shows what was.")
    ] = 1,
    sandbox: Annotated[
        bool, typer.Option(help="The sandbox's vendors; without them, yours from the settings.")
    ] = True,
    faults: Faults = 0.0,
    limits: Limits = True,
) -> None:
    """Run Temporal, PostgreSQL, the sandbox and workers until Ctrl-C; keep the deals."""
    config = sandbox_config(faults=faults, limits=limits) if sandbox else None
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        run(_until_down(state, config, workers))


def run(main: Coroutine[Any, Any, R]) -> R:
    """Run a command that needs the local stack; turn a StackError into a CliError."""
    try:
        return run_command(main)
    except StackError as down:
        raise CliError(str(down), ExitCode.DOWN) from down


async def _until_down(state: Path, config: Mapping[str, object] | None, workers: int) -> None:
    stood = False
    try:
        async with standing(state, config, workers) as stack:
            stood = True
            await _stay(stack, state)
    finally:
        if stood:
            out.print(
                f"everything is down; `{again(state)}` brings it back as it was",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )


def again(state: Path) -> str:
    """Return the command that starts the stack in this folder."""
    return "cashward up" + ("" if state == DEFAULT_STATE else f" --state {quote(str(state))}")


async def _stay(stack: Stack, state: Path) -> None:
    show_links(stack, state)
    out.print("[dim]Ctrl-C ends everything.[/]\n")
    following = asyncio.create_task(_follow(stack))
    try:
        await stack.watch()
    finally:
        following.cancel()


@asynccontextmanager
async def standing(
    state: Path,
    config: Mapping[str, object] | None,
    workers: int,
    environment: Callable[[Stack], Mapping[str, str]] = worker_environment,
) -> AsyncIterator[Stack]:
    """Run the whole stack at our schema, and let later commands on this machine find it."""
    waiting = out.status("starting Temporal, PostgreSQL and the vendors ...")
    waiting.start()
    try:
        async with local_stack(
            state,
            sandbox_config=config,
            workers=workers,
            environment=environment,
            prepare=migrate_database,
        ) as stack:
            waiting.stop()
            remember(stack.environment, state)
            yield stack
    finally:
        waiting.stop()


def show_links(stack: Stack, state: Path) -> None:
    """Show where to look, one place per line."""
    places = {
        "Temporal UI": f"{stack.temporal_ui_url}/namespaces/{stack.namespace}/workflows",
        **{vendor.capitalize(): url for vendor, url in stack.sandbox_urls.items()},
        "State": str(state.absolute()),
        "Logs": str(state.absolute() / "logs"),
    }
    if state != DEFAULT_STATE:
        places["Commands"] = f"find it by: export {STATE}={quote(str(state.absolute()))}"
    for name, place in places.items():
        out.print(f"  [bold]{name:<12}[/] {place}", highlight=False, soft_wrap=True)
    for note in stack.notes:
        out.print(f"  [yellow]note[/]         {note}", highlight=False)


async def _follow(stack: Stack) -> None:
    """Print readably what the workers log from now on."""
    tails = [Tail(name, stack.logs[name]) for name in stack.workers]
    while True:
        for tail in tails:
            for line in tail.new_lines():
                out.print(readable(tail.name, line), soft_wrap=True)
        await asyncio.sleep(READ_EVERY)


class Tail:
    """The lines that are written to a log from now on."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self._log = log
        self._read = log.stat().st_size

    def new_lines(self) -> Iterator[str]:
        """Return the new whole lines; read a new log file from its beginning."""
        with self._log.open("rb") as file:
            if self._log.stat().st_size < self._read:
                self._read = 0
            file.seek(self._read)
            for line in file:
                if line.endswith(b"\n"):
                    self._read += len(line)
                    yield line.decode(errors="replace")


def readable(who: str, line: str) -> Text:
    """Format a line of a worker's log for people: when, who, what, and the facts."""
    try:
        said: dict[str, object] = json.loads(line)
    except ValueError:
        return Text(f"{who}  {line.rstrip()}", style="dim")
    at, tone = str(said.get("at", ""))[11:19], _TONES.get(str(said.get("level")), "")
    facts = "  ".join(f"{name}={value}" for name, value in said.items() if name not in _ASIDE)
    return Text.assemble(
        (f"{at} {who}  ", "dim"), (str(said.get("event", "")), tone), (f"  {facts}", "dim")
    )
