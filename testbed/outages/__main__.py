"""`python -m testbed.outages`: take away what Cashward stands on, and count at the vendors."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from runtime.worker_main import leave
from testbed.outages.outage import Outage, Tell
from testbed.outages.run import restored, silenced

_LISTED = 5
_out = Console()
_app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)

Seed = Annotated[int, typer.Option(help="Chooses amounts, and which deal gets on first.")]
Target = Annotated[Path | None, typer.Option("--json", help="Where to write the figures.")]


@_app.command("restore")
def _restore(
    deals: Annotated[int, typer.Option(min=1, help="How many deals.")] = 50,
    minutes: Annotated[float, typer.Option(min=0.1, help="How old the backup is.")] = 10,
    seed: Seed = 1,
    target: Target = None,
) -> None:
    """Restore PostgreSQL to ten minutes ago in the middle of 50 deals, and reconcile.

    The workers are killed, the backup takes the database's place, and all idempotency keys at the
    ERP have expired. Then an operator does what the runbook says: raises an epoch, starts the
    workers, reconciles. Everything must be quiet within two minutes: every deal closed, no run
    open, nobody asked. It takes a quarter of an hour.
    """
    _finish([uvloop.run(restored(deals, 60 * minutes, seed, _teller()))], target)


@_app.command("silence")
def _silence(
    deals: Annotated[int, typer.Option(min=1, help="How many deals of each outage.")] = 20,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long each is silent.")] = 2,
    seed: Seed = 1,
    target: Target = None,
) -> None:
    """Lose every packet to and from PostgreSQL for two minutes, then those of Temporal.

    Nobody is told that a packet was lost. No attempt of a step may run longer than its time, and
    within 60 s everything must be quiet.
    """
    _finish(uvloop.run(silenced(deals, 60 * minutes, seed, _teller())), target)


def _teller() -> Tell:
    began = time.monotonic()

    def tell(what: str) -> None:
        _out.print(f"{time.monotonic() - began:5.0f} s  {what}", highlight=False, soft_wrap=True)

    return tell


def _finish(outages: Sequence[Outage], target: Path | None) -> None:
    for outage in outages:
        _show(outage)
    if target:
        target.write_text(json.dumps([asdict(each) for each in outages], indent=2), "utf-8")
    leave(0 if all(each.is_clean for each in outages) else 1)


def _show(outage: Outage) -> None:
    table = Table("harm", "count", "such as", title=outage.what, title_justify="left")
    for kind, found in outage.harm.items():
        count = f"[red]{len(found)}" if found else "[green]0"
        table.add_row(kind, count, "\n".join(found[:_LISTED]))
    _out.print(table)
    _out.print(f"quiet {outage.quiet_after:.0f} s after; at most {outage.within:.0f} are wanted")
    if outage.longest_allowed:
        _out.print(
            f"the longest attempt of a step took {outage.longest_attempt:.0f} s; at most"
            f" {outage.longest_allowed:.0f} are wanted"
        )


if __name__ == "__main__":
    sys.exit(_app())
