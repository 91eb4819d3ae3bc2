"""`python -m testbed.attack`: attack the effect ledger, and count the harm at the vendors."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from runtime.logging import set_up_logging
from testbed.attack.attack import Plan, attack
from testbed.attack.disturbances import Disturbance
from testbed.attack.plants import Plant
from testbed.attack.report import progress_shown, show, write

_out = Console()
_FULL = {"effects": 20_000, "kills": 500, "stops": 500, "cuts": 100}


def main(
    seed: Annotated[int, typer.Option(help="Chooses faults, moments and victims.")] = 1,
    effects: Annotated[
        int, typer.Option(min=1, help="About how many effects to carry out.")
    ] = 1000,
    workers: Annotated[int, typer.Option(min=2, help="Worker processes.")] = 8,
    kills: Annotated[int, typer.Option(min=0, help="Workers killed (SIGKILL).")] = 25,
    stops: Annotated[
        int,
        typer.Option(min=0, help="Workers stopped (SIGSTOP) for up to ten operation time-outs."),
    ] = 25,
    cuts: Annotated[
        int, typer.Option(min=0, help="Times that all connections to PostgreSQL are cut.")
    ] = 5,
    faults: Annotated[
        float, typer.Option(min=0, max=1, help="Share of our calls that a vendor lets fail.")
    ] = 0.15,
    skew: Annotated[
        float,
        typer.Option(help="Seconds by which the clocks of every other worker are wrong, each way."),
    ] = 120,
    plant: Annotated[
        Plant | None, typer.Option(help="Take a protection away, to see that the harm is found.")
    ] = None,
    latecomers: Annotated[
        bool, typer.Option(help="Let new issues land later than their vendor promises.")
    ] = False,
    full: Annotated[
        bool,
        typer.Option(help="20,000 effects, 500 kills, 500 stops, 100 cuts: about half an hour."),
    ] = False,
    folder: Annotated[
        Path | None, typer.Option(help="Keep PostgreSQL, the vendors and all logs here.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--json", help="Where to write the figures for programs.")
    ] = None,
) -> None:
    """Let workers carry deals while calls fail, workers die or stall, and connections break.

    Eight processes carry out the product's own steps against the vendor servers of the testbed
    (without their rate limits) and a real PostgreSQL behind a proxy. A small driver repeats steps
    as Temporal does: after each failure, and in another worker after a silence, while the first
    may still be alive. In the end everything is left alone until it is quiet. Then the harm is
    counted from what the vendors logged and hold, not from our own ledger.

    Exits with 1 if any count is not 0. The same seed makes the same faults and the same order of
    strikes; when processes run is up to the machine.
    """
    if full:
        effects, kills, stops, cuts = _FULL.values()
    plan = Plan(
        seed=seed,
        effects=effects,
        workers=workers,
        disturbances={
            Disturbance.KILL: kills,
            Disturbance.STOP: stops,
            Disturbance.CUT: cuts,
        },
        faults=faults,
        skew=skew,
        plant=plant,
        latecomers=latecomers,
    )
    set_up_logging("WARNING")
    with _room(folder) as room, progress_shown(_out, plan) as tell:
        result = uvloop.run(attack(plan, room, tell))
    show(_out, result)
    if target:
        write(target, plan, result)
    sys.exit(0 if result.is_clean else 1)


@contextmanager
def _room(folder: Path | None) -> Iterator[Path]:
    if folder:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="cashward-attack-") as temporary:
        Path(temporary).chmod(0o711)  # the database may run under an account of its own
        yield Path(temporary) / "state"


if __name__ == "__main__":
    typer.run(main)
