"""Settings, application and tables for every command."""

import asyncio
import json
import os
import sys
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text
from temporalio.client import Client

from application.application import Application
from cli.errors import CliError, ExitCode, translate_errors
from domain.ids import DealId
from runtime.application import open_application
from runtime.settings import FILE, PREFIX, Settings
from runtime.settings_loading import read_settings
from runtime.temporal import connect
from store import Store, open_store

R = TypeVar("R")

out = Console()
err = Console(stderr=True)

_CONTROLS = frozenset({"Cc", "Cs"})
_UNSHOWN = "\ufffd"
_ROOMY = 72  # columns; in fewer, what may not be folded would be cut
STATE = "CASHWARD_STATE"
LOCAL_ENVIRONMENT = "environment.json"
_NO_SETTINGS = frozenset({STATE, "CASHWARD_REAL_CACHE"})
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
State = Annotated[
    Path,
    typer.Option(
        "--state", envvar=STATE, help="The folder of the local stack; delete it to forget all."
    ),
]
DEFAULT_STATE = Path(".cashward")
DealArgument = Annotated[
    str, typer.Argument(metavar="DEAL", help="A deal: its CRM id, or CRM:ID such as hubspot:123.")
]


def run(main: Coroutine[Any, Any, R]) -> R:
    """Run a command's coroutine. Raises CliError."""
    with translate_errors():
        return asyncio.run(main)


def ask(call: Callable[[Application], Awaitable[R]]) -> R:
    """Ask the application, and return its answer. Raises CliError."""
    chosen = settings()

    async def answer() -> R:
        async with open_application(chosen) as application:
            return await call(application)

    return run(answer())


def settings() -> Settings:
    """Read the settings of this process; use a local stack's only where nothing else is set."""
    local = Path(os.environ.get(STATE, DEFAULT_STATE)) / LOCAL_ENVIRONMENT
    if not _is_configured() and local.exists():
        ours = {name: v for name, v in _remembered(local).items() if name.startswith(PREFIX)}
        os.environ.update(ours)
    with translate_errors():
        return read_settings()


def _is_configured() -> bool:
    """Whether a settings file or a variable of ours is set."""
    given = (name for name in os.environ if name.startswith(PREFIX) and name not in _NO_SETTINGS)
    return Path(FILE).exists() or any(given)


def _remembered(file: Path) -> dict[str, str]:
    try:
        return TypeAdapter(dict[str, str]).validate_json(file.read_bytes())
    except (OSError, ValueError) as damaged:
        raise CliError(
            f"{file} cannot be read: `cashward up` writes it anew, or delete it", ExitCode.USAGE
        ) from damaged


def settings_of(environment: dict[str, str]) -> Settings:
    """Add these variables to our environment, and return the settings."""
    os.environ.update(environment)
    with translate_errors():
        return read_settings()


def remember(environment: dict[str, str], state: Path) -> None:
    """Let later commands on this machine find the local stack, in a file that only we can read."""
    file = state / LOCAL_ENVIRONMENT
    file.touch(mode=0o600)
    file.write_text(json.dumps(environment, indent=2), encoding="utf-8")


async def client(of: Settings) -> Client:
    return await connect(of.temporal)


@asynccontextmanager
async def store(of: Settings) -> AsyncIterator[Store]:
    timeout = of.database.pool_timeout_seconds
    async with open_store(of.database.full_url, pool_size=2, pool_timeout=timeout) as opened:
        yield opened


def deal_id(given: str) -> DealId:
    """Return a deal's full id: `123` is of the CRM in the settings, `hubspot:123` names its CRM."""
    return DealId(given if ":" in given else f"{settings().vendors.crm}:{given}")


def show_json(found: BaseModel | Sequence[BaseModel] | dict[str, Any] | None) -> None:
    sys.stdout.write(TypeAdapter(Any).dump_json(found, indent=2).decode() + "\n")


def say(text: str) -> None:
    """Print a sentence that holds what others wrote."""
    out.print(plain(text))


def plain(text: str) -> Text:
    """Show what others wrote as it is: neither our markup nor the terminal's is heeded."""
    shown = (_UNSHOWN if unicodedata.category(c) in _CONTROLS and c != "\n" else c for c in text)
    return Text("".join(shown))


def table(
    title: str,
    columns: Iterable[str],
    rows: Iterable[Iterable[object]],
    *,
    width: int | None = None,
) -> Table:
    """Print a table; columns whose heading ends in `#` are figures, aligned to the right.

    `width` is the terminal's, in columns; the default is that of ours.
    """
    is_roomy = (width or out.width) >= _ROOMY
    made = Table(
        title=plain(title),
        title_justify="left",
        header_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for number, column in enumerate(columns):
        is_figure = column.endswith("#")
        # What a person copies from here, such as a run's name, must be whole: folded, not cut.
        made.add_column(
            column.removesuffix("#"),
            justify="right" if is_figure else "left",
            overflow="fold",
            no_wrap=(number == 0 or is_figure) and is_roomy,
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else plain(str(cell)) for cell in row))
    return made
