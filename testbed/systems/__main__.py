"""`python -m testbed.systems`: install, run and count the real systems of this machine."""

import asyncio
import json
import shutil
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from testbed.stack.errors import StackError
from testbed.systems.catalog import NAMES, system_named
from testbed.systems.common.debian import installed_size
from testbed.systems.common.system import Place
from testbed.systems.count import Count, count
from testbed.systems.install_cache import part_of
from testbed.systems.places import cache, size
from testbed.systems.system_pool import SystemPool, open_system_pool

app = typer.Typer(
    help="BottleCRM, Redmine and Tryton on this machine, each in a installation of its own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
out = Console()
err = Console(stderr=True)
R = TypeVar("R")
_MB = 2**20


def _known(names: list[str] | None) -> list[str] | None:
    strange = [name for name in names or () if name not in NAMES]
    if strange:
        raise typer.BadParameter(f"{strange[0]!r} is none of {', '.join(NAMES)}")
    return names


Only = Annotated[
    list[str] | None,
    typer.Option(help=f"One of {', '.join(NAMES)}; may be repeated; default all.", callback=_known),
]
Folder = Annotated[Path, typer.Option(help="Where their data is; delete it to forget all.")]
AT = Path(".cashward/real")


@app.command()
def install(only: Only = None, folder: Folder = AT) -> None:
    """Install what is missing, start each once, and say how long it took."""
    began, used = time.monotonic(), shutil.disk_usage("/").used
    _run(_once(folder, only or NAMES))
    table = Table(title="Installed; each has answered, and is down again", title_justify="left")
    for column in ("system", "release", "in the cache", "Debian packages, with all they need"):
        table.add_column(column, overflow="fold")
    for system in map(system_named, only or NAMES):
        kept = _size_text(size(part_of(cache(), system)))
        table.add_row(system.name, system.release, kept, _debian(system.packages))
    out.print(table)
    more = (shutil.disk_usage("/").used - used) / _MB
    out.print(f"{time.monotonic() - began:.0f} s; the disk holds {more:.0f} MB more than before")
    out.print(f"the cache is {cache()}, and may be deleted", highlight=False)


def _debian(packages: Sequence[str]) -> str:
    if not packages:
        return "none"
    return f"{_size_text(installed_size(packages))} ({', '.join(packages)})"


def _size_text(taken: int) -> str:
    """Return a size in words; it is never zero for a file that exists."""
    return f"{taken / _MB:.0f} MB" if taken >= _MB else "less than 1 MB"


@app.command()
def up(only: Only = None, folder: Folder = AT) -> None:
    """Run them in the foreground until Ctrl-C, and show the credentials.

    If one of them ends by itself, all are stopped, and the exit code is 3.
    """
    try:
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            _run(_stay(folder, only or NAMES))
    finally:
        out.print(f"everything is down; their data is kept in {folder}", highlight=False)


@app.command(name="count")
def tell(
    folder: Folder = AT,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Count by SQL, in their own databases, the records that Cashward made in all three."""
    if not folder.is_dir():
        raise typer.BadParameter(f"nothing was ever run in {folder}", param_hint="--folder")
    found = _run(_counted(folder))
    if as_json:
        typer.echo(json.dumps(asdict(found) | {"is_clean": found.is_clean}, indent=2, default=str))
    else:
        table = Table(title="Counted in three databases", title_justify="left", show_header=False)
        for name, value in asdict(found).items():
            named = "\n".join(value) or "none" if isinstance(value, tuple) else str(value)
            table.add_row(name.replace("_", " "), named)
        out.print(table)
    raise typer.Exit(0 if found.is_clean else 1)


async def _once(folder: Path, names: Sequence[str]) -> None:
    async with open_system_pool(folder, cache(), out.print) as system_pool:
        await _open(system_pool, names)


async def _stay(folder: Path, names: Sequence[str]) -> None:
    async with open_system_pool(folder, cache(), out.print) as system_pool:
        for place in await _open(system_pool, names):
            out.print(f"[bold]{place.name}[/] {place.url}", highlight=False)
            for name, value in {**place.connector, **place.credentials}.items():
                out.print(f"    {name} {value}", highlight=False, soft_wrap=True)
        out.print("[dim]Ctrl-C ends everything.[/]")
        await system_pool.watch()


async def _counted(folder: Path) -> Count:
    async with open_system_pool(folder, cache(), lambda _: None) as system_pool:
        places = {place.name: place for place in await _open(system_pool, NAMES)}
        return count(places)


async def _open(system_pool: SystemPool, names: Sequence[str]) -> list[Place]:
    return [each.place for each in await system_pool.open_all([*map(system_named, names)])]


def _run(main: Coroutine[Any, Any, R]) -> R:
    try:
        return asyncio.run(main)
    except (StackError, OSError) as error:  # a full disk is no bug of ours
        said = escape(str(error))
        err.print(f"[bold red]real:[/] {said}", highlight=False, soft_wrap=True)
        raise typer.Exit(3) from error


if __name__ == "__main__":
    app()
