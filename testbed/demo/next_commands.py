"""Says how to look again at a demo's links, once everything is down."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from cli.context import out
from testbed.demo.environment import Systems


def tell_next_commands(systems: Systems, state: Path) -> None:
    commands = way_back(systems, state)
    many = ", each in a terminal of its own" if len(commands) > 1 else ""
    out.print(f"\n  everything is down; this brings the links back{many}:")
    for command in commands:
        out.print(f"    {command}", highlight=False, markup=False, soft_wrap=True)


def way_back(systems: Systems, state: Path) -> Sequence[str]:
    """Return commands that start all that was linked, with its data and on the same ports.

    With real systems no worker is started: it would use the sandbox's vendors, which do not have
    these deals.
    """
    up = f"{_beside_us('cashward')} up --state {shlex.quote(str(state))}"
    if systems is Systems.SANDBOX:
        return [up]
    folder = shlex.quote(str(state / "real"))
    real = f"{_beside_us(Path(sys.executable).name)} -m testbed.systems up --folder {folder}"
    return [real, f"{up} --no-sandbox --workers 0"]


def _beside_us(program: str) -> str:
    """Return a program of our environment, relative to the current folder."""
    path = Path(sys.executable).with_name(program)
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
