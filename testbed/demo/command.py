"""`cashward demo`: carries new deals from closed-won to cash here, and checks each cent."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from temporalio.client import Client

from cli.context import DEFAULT_STATE, State, client, out, settings_of, store
from cli.errors import CliError, ExitCode
from runtime.composition import open_systems
from runtime.settings import Settings
from testbed.demo import show
from testbed.demo.carry import Killer, Watch, carry, see_runs_end, worker_kills
from testbed.demo.orders import order
from testbed.demo.picture import svg
from testbed.demo.real_stage import real_stage
from testbed.demo.report import Report, report_of
from testbed.demo.stage import Casting, Stage, sandbox_stage
from testbed.demo.story import Sale, Story
from testbed.demo.truth import read_back
from testbed.demo.way_back import tell_way_back
from testbed.histories import Cost, cost_of_deal
from testbed.up import Limits, Workers, run, show_links

_SAMPLE = 50
"""More histories than these say nothing more about the price of a deal."""
_RUN_SIZE = 10_000
_CLOCKS_DIFFER = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for."""

    state: Path
    deals: int
    milestones: int
    faults: float
    kills: int
    workers: int
    restarts: int
    seed: int
    cast: Casting
    json: Path | None
    stay: bool
    limits: bool


def demo(
    *,
    deals: Annotated[int, typer.Option(min=1, max=_RUN_SIZE, help="How many deals.")] = 1,
    milestones: Annotated[int, typer.Option(min=1, max=24, help="Invoices a deal.")] = 3,
    faults: Annotated[
        float,
        typer.Option(
            min=0,
            max=0.9,
            help="The share of Cashward's calls that go wrong, in all ways that the sandbox knows."
            " With --cast real only calls that change something go wrong, and only in one way:"
            " the system does it, and its reply is lost.",
        ),
    ] = 0.0,
    kills: Annotated[int, typer.Option(min=0, help="How often a worker is killed.")] = 0,
    restarts: Annotated[
        int, typer.Option(min=0, help="How often each vendor is killed and started again.")
    ] = 0,
    workers: Workers = 1,
    cast: Annotated[
        Casting,
        typer.Option(help="The sandbox's vendors, or BottleCRM, Redmine and Tryton themselves."),
    ] = Casting.SANDBOX,
    limits: Limits = True,
    seed: Annotated[int, typer.Option(help="Draws other amounts and other faults.")] = 7,
    json: Annotated[
        Path | None, typer.Option("--json", help="Where to write the figures for programs.")
    ] = None,
    state: State = DEFAULT_STATE,
    stay: Annotated[
        bool, typer.Option(help="Stay up at the end, on a terminal, so that links open.")
    ] = True,
) -> None:
    """Carry new deals from closed-won to cash, then read back from every system what came of it."""
    wish = Wish(
        state=state,
        deals=deals,
        milestones=milestones,
        faults=faults,
        kills=kills,
        workers=workers,
        restarts=restarts,
        cast=cast,
        seed=seed,
        json=json,
        limits=limits,
        stay=stay and sys.stdin.isatty(),
    )
    _claim(json)
    report = run(_demo(wish))
    if not report.is_good:
        raise CliError(report.sentence)


def _claim(wanted: Path | None) -> None:
    """Know before deals are carried that their figures can be written."""
    if wanted is None:
        return
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        wanted.touch()
    except OSError as wrong:
        raise CliError(
            f"--json {wanted} cannot be written: {wrong.strerror}", ExitCode.USAGE
        ) from wrong


async def _demo(wish: Wish) -> Report:
    if wish.cast is Casting.REAL:
        opened = real_stage(wish.state, wish.workers)
    else:
        opened = sandbox_stage(wish.state, wish.workers, deals=wish.deals, limits=wish.limits)
    stood = False
    try:
        async with opened as stage:
            stood = True
            return await _played(stage, wish)
    finally:
        if stood:
            tell_way_back(wish.cast, wish.state)


async def _played(stage: Stage, wish: Wish) -> Report:
    show_links(stage.stack, wish.state)
    out.print()
    report = await _carried(stage, wish)
    if wish.stay:
        out.print("\n  [dim]Enter or Ctrl-C ends everything.[/]")
        with suppress(asyncio.CancelledError):
            await _enter_pressed()
    return report


async def _carried(stage: Stage, wish: Wish) -> Report:
    stack, cast = stage.stack, stage.cast
    folder, number = _room(wish.state)
    since = datetime.now(UTC) - _CLOCKS_DIFFER
    first = number * _RUN_SIZE
    sales = [
        Sale(order=order(n, milestones=wish.milestones, seed=wish.seed, today=since.date()))
        for n in range(first, first + wish.deals)
    ]
    bars = show.Bars(wish.deals, wish.milestones) if wish.deals > 1 else None
    killer = Killer(steps=wish.deals * (3 + 3 * wish.milestones))
    story = Story(bars.hear if bars else show.tell, killer.hear)
    chosen = settings_of(stack.environment)
    await _ready(stage, chosen, wish)
    temporal = await client(chosen)
    async with store(chosen) as ours:
        watch = Watch(ours.attention_queue)
        blows = [*worker_kills(stack, wish.kills), *stage.restarts(wish.restarts)]
        with bars.shown() if bars else nullcontext():
            await carry(stack, cast, sales, story, watch=watch, killer=killer, blows=blows)
        with out.status("reading back from CRM, PM and ERP ..."):
            await see_runs_end(temporal, sales)
            truths = await read_back(cast, sales, since)
            costs = await _costs(temporal, sales)
    parked = [watch.why(sale) for sale in sales if not sale.is_closed]
    report = report_of(
        truths,
        story,
        costs,
        parked=parked,
        faults=wish.faults,
        kills=wish.kills,
        restarts=wish.restarts,
    )
    _write(folder, wish.json, report, story)
    show.close(stage, truths, story, report, folder / "money.svg")
    return report


async def _ready(stage: Stage, chosen: Settings, wish: Wish) -> None:
    """The CRM has our fields; faults begin only when all stands."""
    async with open_systems(chosen) as systems:
        await systems.crm.set_up(dry_run=False)
    await stage.spoil(wish.faults, wish.seed)


async def _costs(temporal: Client, sales: Sequence[Sale]) -> list[Cost]:
    closed = [sale for sale in sales if sale.is_closed][:_SAMPLE]
    some = asyncio.Semaphore(8)

    async def one(sale: Sale) -> Cost:
        async with some:
            return await cost_of_deal(temporal, sale.deal)

    return await asyncio.gather(*(one(sale) for sale in closed))


def _room(state: Path) -> tuple[Path, int]:
    """A folder for this demo alone; its number makes the deals new."""
    for number in count(1):
        folder = state / "demo" / f"{number:04d}"
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder, number
    raise AssertionError("numbers do not end")


def _write(folder: Path, wanted: Path | None, report: Report, story: Story) -> None:
    (folder / "money.svg").write_text(svg(story), encoding="utf-8")
    for file in filter(None, (folder / "report.json", wanted)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(report.model_dump_json(indent=2), encoding="utf-8")


async def _enter_pressed() -> None:
    pressed = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, pressed.set)
    try:
        await pressed.wait()
    finally:
        asyncio.get_running_loop().remove_reader(sys.stdin)
