"""`python -m testbed.bench`: deals per second, ours and empty ones, on one Temporal server."""

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from runtime.worker_main import leave
from testbed.bench.setup import Rig, open_rig
from testbed.bench.shapes import Shape

KINDS: Final = ("ours", "empty", "reference")
_NAMES: Final = {
    "empty": "(a) our shape, empty",
    "reference": "(b) 24 empty steps, 6 signals",
    "ours": "(c) our whole deal",
}
_WANTED: Final = {"empty": 0.70, "reference": 0.40}
_STATEMENTS: Final = 70
_WARM_WITHIN: Final = 60
_out = Console()


def main(
    deals: Annotated[int, typer.Option(min=1, help="Deals at once.")] = 30,
    rounds: Annotated[int, typer.Option(min=1, help="How often each kind is measured.")] = 6,
    target: Annotated[
        Path | None, typer.Option("--json", help="Where to write the figures for programs.")
    ] = None,
) -> None:
    """Measure whole deals against runs of the same shape that do nothing."""
    with tempfile.TemporaryDirectory(prefix="cashward-bench-") as folder:
        Path(folder).chmod(0o711)  # the database may run under an account of its own
        shape, rates, statements = uvloop.run(_measure(Path(folder) / "state", deals, rounds))
    ratios = {kind: _ratio(rates["ours"], rates[kind]) for kind in _WANTED}
    _show(shape, rates, ratios)
    _out.print(f"{statements:.0f} statements to PostgreSQL for each deal; at most {_STATEMENTS}")
    if target:
        figures = {
            "deals": deals,
            "shape": str(shape),
            "deals_per_second": rates,
            "ours_to": ratios,
            "statements_per_deal": statements,
        }
        target.write_text(json.dumps(figures, indent=2), encoding="utf-8")


async def _measure(
    folder: Path, deals: int, rounds: int
) -> tuple[Shape, dict[str, list[float]], float]:
    rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
    async with open_rig(folder) as rig:
        async with asyncio.timeout(_WARM_WITHIN):
            await rig.warm_up()
        for number in range(rounds):
            # There and back: a machine that slows down steadily favours neither of two kinds.
            for kind in KINDS if number % 2 == 0 else reversed(KINDS):
                with _out.status(f"round {number + 1} of {rounds}: {_NAMES[kind]}"):
                    rates[kind].append(deals / await _way(rig, kind)(deals))
        with _out.status("counting statements to PostgreSQL"):
            return rig.shape, rates, await rig.statements(deals)


def _ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of the rounds' ratios, since the machine's load changes by the minute."""
    return median(mine / theirs for mine, theirs in zip(ours, others, strict=True))


def _way(rig: Rig, kind: str) -> Callable[[int], Awaitable[float]]:
    return {"empty": rig.empty, "reference": rig.reference, "ours": rig.ours}[kind]


def _show(shape: Shape, rates: dict[str, list[float]], ratios: dict[str, float]) -> None:
    table = Table("kind", "deals/s by round", "median", "ours to it", "wanted")
    table.caption = f"(a) has {shape}, as the middle one of our deals"
    for kind, found in rates.items():
        ratio = f"{ratios[kind]:.0%}" if kind in ratios else ""
        wanted = f"at least {_WANTED[kind]:.0%}" if kind in _WANTED else ""
        each = "  ".join(f"{rate:.2f}" for rate in found)
        table.add_row(_NAMES[kind], each, f"{median(found):.2f}", ratio, wanted)
    _out.print(table)


if __name__ == "__main__":
    typer.run(main)
    leave(0)
