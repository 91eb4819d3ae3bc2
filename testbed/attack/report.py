"""Shows an attack while it runs, and its counts at the end."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from testbed.attack.attack import Plan, Progress, Result
from testbed.attack.disturbances import Disturbance

_LISTED: Final = 3  # examples of each kind of harm
_EVERY: Final = 10.0  # seconds between two lines where there is no terminal


@contextmanager
def progress_shown(out: Console, plan: Plan) -> Iterator[Callable[[Progress], None]]:
    """Show a bar at a terminal, and a line now and then elsewhere."""
    out.print(
        f"seed {plan.seed}: about {plan.effects:,} effects for {plan.deals:,} deals by"
        f" {plan.workers} workers, {plan.faults:.0%} of all calls fail"
    )
    if out.is_terminal:
        with _bar(out) as tell:
            yield tell
    else:
        yield _lines(out)


def show(out: Console, result: Result) -> None:
    table = Table("harm", "count", "such as")
    for kind, found in result.harm.items():
        count = f"[red]{len(found)}" if found else "[green]0"
        table.add_row(kind, count, "\n".join(_examples(found)))
    out.print(table)
    out.print(
        f"{result.effects:,} effects in {result.seconds:.0f} s; {_dealt(result.disturbances)}"
        f" (the longest stop {result.longest_stop:.0f} s); quiet {result.quiet_after:.0f} s after"
    )
    ends = ", ".join(f"{number:,} {end}" for end, number in sorted(result.attempts.items()))
    out.print(f"attempts of steps: {ends}")


def write(target: Path, plan: Plan, result: Result) -> None:
    figures = {
        "seed": plan.seed,
        "effects": result.effects,
        "disturbances": dict(result.disturbances),
        "seconds": round(result.seconds, 1),
        "quiet_after": round(result.quiet_after, 1),
        "attempts": dict(result.attempts),
        "counts": {kind: len(found) for kind, found in result.harm.items()},
        "harm": {kind: list(found) for kind, found in result.harm.items()},
    }
    target.write_text(json.dumps(figures, indent=2), encoding="utf-8")


@contextmanager
def _bar(out: Console) -> Iterator[Callable[[Progress], None]]:
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[dealt]}"),
    )
    with Bars(*columns, console=out, transient=True) as bars:
        task = bars.add_task("starting", total=1.0, dealt="")

        def tell(now: Progress) -> None:
            bars.update(
                task, completed=now.part, description=now.phase, dealt=_dealt(now.disturbances)
            )

        yield tell


def _lines(out: Console) -> Callable[[Progress], None]:
    began, last = time.monotonic(), float("-inf")

    def tell(now: Progress) -> None:
        nonlocal last
        if time.monotonic() - last < _EVERY:
            return
        last = time.monotonic()
        out.print(f"{last - began:4.0f} s {now.part:4.0%} {now.phase}; {_dealt(now.disturbances)}")

    return tell


def _examples(found: Sequence[str]) -> Iterator[str]:
    for text, times in Counter(found).most_common(_LISTED):
        yield f"{times} × {text}" if times > 1 else text


def _dealt(disturbances: Mapping[Disturbance, int]) -> str:
    return ", ".join(f"{times} {kind}" for kind, times in disturbances.items())
