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
from testbed.demo.carry import FaultInjector, Watch, carry, see_runs_end, worker_kills
from testbed.demo.environment import DemoEnvironment, Systems, sandbox_environment
from testbed.demo.next_commands import tell_next_commands
from testbed.demo.orders import order
from testbed.demo.picture import svg
from testbed.demo.real_environment import real_systems_environment
from testbed.demo.reconciliation import read_back
from testbed.demo.report import Report, report_of
from testbed.demo.story import Sale, Story
from testbed.histories import Cost, cost_of_deal
from testbed.up import Limits, Workers, run, show_links

_SAMPLE = 50
"""How many histories suffice for the cost of a deal."""
_RUN_SIZE = 10_000
_CLOCKS_DIFFER = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of the command."""

    state: Path
    deals: int
    milestones: int
    faults: float
    kills: int
    workers: int
    restarts: int
    seed: int
    systems: Systems
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
            " With --systems real only calls that change something go wrong, and only in one way:"
            " the system does it, and its reply is lost.",
        ),
    ] = 0.0,
    kills: Annotated[int, typer.Option(min=0, help="How often a worker is killed.")] = 0,
    restarts: Annotated[
        int, typer.Option(min=0, help="How often each vendor is killed and started again.")
    ] = 0,
    workers: Workers = 1,
    systems: Annotated[
        Systems,
        typer.Option(help="The sandbox's vendors, or BottleCRM, Redmine and Tryton themselves."),
    ] = Systems.SANDBOX,
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
    """Run new deals from closed-won to cash, then read the result back from every system."""
    options = Options(
        state=state,
        deals=deals,
        milestones=milestones,
        faults=faults,
        kills=kills,
        workers=workers,
        restarts=restarts,
        systems=systems,
        seed=seed,
        json=json,
        limits=limits,
        stay=stay and sys.stdin.isatty(),
    )
    _claim(json)
    report = run(_demo(options))
    if not report.is_good:
        raise CliError(report.sentence)


def _claim(wanted: Path | None) -> None:
    """Create the report's file before the deals, so that their figures can be written."""
    if wanted is None:
        return
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        wanted.touch()
    except OSError as wrong:
        raise CliError(
            f"--json {wanted} cannot be written: {wrong.strerror}", ExitCode.USAGE
        ) from wrong


async def _demo(options: Options) -> Report:
    if options.systems is Systems.REAL:
        opened = real_systems_environment(options.state, options.workers)
    else:
        opened = sandbox_environment(
            options.state, options.workers, deals=options.deals, limits=options.limits
        )
    stood = False
    try:
        async with opened as environment:
            stood = True
            return await _played(environment, options)
    finally:
        if stood:
            tell_next_commands(options.systems, options.state)


async def _played(environment: DemoEnvironment, options: Options) -> Report:
    show_links(environment.stack, options.state)
    out.print()
    report = await _carried(environment, options)
    if options.stay:
        out.print("\n  [dim]Enter or Ctrl-C ends everything.[/]")
        with suppress(asyncio.CancelledError):
            await _enter_pressed()
    return report


async def _carried(environment: DemoEnvironment, options: Options) -> Report:
    stack, systems = environment.stack, environment.systems
    folder, number = _room(options.state)
    since = datetime.now(UTC) - _CLOCKS_DIFFER
    first = number * _RUN_SIZE
    sales = [
        Sale(order=order(n, milestones=options.milestones, seed=options.seed, today=since.date()))
        for n in range(first, first + options.deals)
    ]
    bars = show.Bars(options.deals, options.milestones) if options.deals > 1 else None
    injector = FaultInjector(steps=options.deals * (3 + 3 * options.milestones))
    story = Story(bars.hear if bars else show.tell, injector.hear)
    chosen = settings_of(stack.environment)
    await _ready(environment, chosen, options)
    temporal = await client(chosen)
    async with store(chosen) as ours:
        watch = Watch(ours.attention_queue)
        disruptions = [*worker_kills(stack, options.kills), *environment.restarts(options.restarts)]
        with bars.shown() if bars else nullcontext():
            await carry(
                stack,
                systems,
                sales,
                story,
                watch=watch,
                injector=injector,
                disruptions=disruptions,
            )
        with out.status("reading back from CRM, PM and ERP ..."):
            await see_runs_end(temporal, sales)
            reconciliations = await read_back(systems, sales, since)
            costs = await _costs(temporal, sales)
    parked = [watch.why(sale) for sale in sales if not sale.is_closed]
    report = report_of(
        reconciliations,
        story,
        costs,
        parked=parked,
        faults=options.faults,
        kills=options.kills,
        restarts=options.restarts,
    )
    _write(folder, options.json, report, story)
    show.close(environment, reconciliations, story, report, folder / "money.svg")
    return report


async def _ready(environment: DemoEnvironment, chosen: Settings, options: Options) -> None:
    """Create our fields in the CRM; faults begin only after set-up."""
    async with open_systems(chosen) as systems:
        await systems.crm.set_up(dry_run=False)
    await environment.inject_faults(options.faults, options.seed)


async def _costs(temporal: Client, sales: Sequence[Sale]) -> list[Cost]:
    closed = [sale for sale in sales if sale.is_closed][:_SAMPLE]
    some = asyncio.Semaphore(8)

    async def one(sale: Sale) -> Cost:
        async with some:
            return await cost_of_deal(temporal, sale.deal)

    return await asyncio.gather(*(one(sale) for sale in closed))


def _room(state: Path) -> tuple[Path, int]:
    """Return a folder for this demo alone; its number makes the deals new."""
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
