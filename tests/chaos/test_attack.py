"""A small attack does no harm; each planted hole does, and the attack finds it every time."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from testbed.attack.attack import Plan, attack
from testbed.attack.disturbances import Disturbance
from testbed.attack.plants import Plant

PLAN = Plan(
    seed=1,
    effects=400,
    workers=8,
    disturbances={Disturbance.KILL: 10, Disturbance.STOP: 10, Disturbance.CUT: 2},
    faults=0.15,
    skew=120,
)
QUIET = "not quiet in time"  # says how busy this machine is, too
EARLY = "sent before an older call landed"
STOPS = {Disturbance.KILL: 0, Disturbance.STOP: 60, Disturbance.CUT: 0}
KILLS = {Disturbance.KILL: 80, Disturbance.STOP: 20, Disturbance.CUT: 0}
FOUND = {
    Plant.NO_DEADLINE: (replace(PLAN, effects=800, disturbances=STOPS), "sent after the deadline"),
    Plant.WORKER_CLOCK: (
        replace(PLAN, effects=800, disturbances=KILLS, skew=15),
        EARLY,
    ),
    Plant.UNFENCED_UNDO: (replace(PLAN, effects=100, disturbances={}), "sent without a lease"),
    Plant.SWEEP_BY_PROJECT: (
        replace(PLAN, effects=100, disturbances={}, faults=0, latecomers=True),
        "work doubled",
    ),
}


@pytest.fixture
def folder() -> Iterator[Path]:
    # pytest's own tmp_path is closed to the account that PostgreSQL runs as
    with tempfile.TemporaryDirectory(prefix="cashward-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "state"


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("latecomers", [False, True])
async def test_an_attack_does_no_harm(folder: Path, latecomers: bool) -> None:
    plan = replace(PLAN, faults=0 if latecomers else PLAN.faults, latecomers=latecomers)
    result = await attack(plan, folder, lambda _: None)
    excused = {QUIET, EARLY} if latecomers else {QUIET}
    assert {kind for kind, found in result.harm.items() if found} <= excused


@pytest.mark.slow
@pytest.mark.chaos
@pytest.mark.timeout(900)
@pytest.mark.parametrize("hole", FOUND)
async def test_a_planted_hole_is_found(folder: Path, hole: Plant) -> None:
    plan, harm = FOUND[hole]
    result = await attack(replace(plan, plant=hole), folder, lambda _: None)
    assert result.harm[harm]
