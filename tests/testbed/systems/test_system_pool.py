"""A system pool installs once per machine; a system that fails to open leaves nothing."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from testbed.stack.errors import Missing, StackError
from testbed.stack.processes import running
from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor
from testbed.systems.common.system import Place, Running
from testbed.systems.system_pool import SystemPool, open_system_pool


@dataclass(frozen=True)
class Lamp:
    """A running system that is ready as soon as it is lit."""

    place: Place
    programs: Sequence[Program]

    async def restart(self) -> None: ...
    async def reset(self) -> None: ...


@dataclass
class Lamps:
    """The smallest possible system.

    `needs` is what the machine lacks; `lacks` keeps it from being installed.
    """

    name: str = "lamp"
    release: str = "1"
    needs: str = ""
    lacks: str = ""
    takes: str = "0"
    packages: Sequence[str] = ()
    installs: list[Path] = field(default_factory=list)
    pids: list[int] = field(default_factory=list)

    async def equip(self, supervisor: Supervisor) -> None:
        del supervisor
        if self.needs:
            raise Missing(self.needs)

    async def install(self, supervisor: Supervisor, cache: Path) -> None:
        self.installs.append(cache)
        (cache / "half").touch(exist_ok=False)
        program = Program(supervisor=supervisor, name="work", argv=["sleep", self.takes])
        working = asyncio.create_task(program.run())
        while not program.pid:
            await asyncio.sleep(0)
        self.pids.append(program.pid)
        if self.lacks:
            working.cancel()
            raise Missing(self.lacks)
        await working

    async def start(self, supervisor: Supervisor, cache: Path) -> Running:
        assert (cache / "half").exists()
        flame = Program(supervisor=supervisor, name="flame", argv=["sleep", "60"])
        await flame.up()
        self.pids.append(flame.pid)
        place = Place(name=self.name, url="", database="", connector={}, credentials={})
        return Lamp(place, [flame])


def nothing_said(what: str) -> None:
    del what


async def opened(lamps: Lamps, folder: Path, cache: Path) -> None:
    async with open_system_pool(folder, cache, nothing_said) as system_pool:
        await system_pool.open(lamps)


async def test_runs_that_begin_at_once_install_once(tmp_path: Path) -> None:
    lamps, cache = Lamps(takes="0.3"), tmp_path / "cache"
    await asyncio.gather(*(opened(lamps, tmp_path / f"run-{n}", cache) for n in range(3)))
    assert len(lamps.installs) == 1


async def test_an_installation_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    lamps, cache = Lamps(takes="60"), tmp_path / "cache"
    cut = asyncio.create_task(opened(lamps, tmp_path / "run", cache))
    while not lamps.pids:
        await asyncio.sleep(0.01)
    cut.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cut
    assert not running(lamps.pids[0])
    again = Lamps()
    await opened(again, tmp_path / "run", cache)
    await opened(again, tmp_path / "run", cache)
    assert len(again.installs) == 1


async def test_all_that_is_missing_is_reported_at_once_and_the_rest_is_kept(tmp_path: Path) -> None:
    poor = [Lamps(name=name, lacks=f"{name} is not there", takes="60") for name in ("oil", "wick")]
    rich = Lamps(takes="0.3")
    async with open_system_pool(tmp_path / "run", tmp_path / "cache", nothing_said) as system_pool:
        with pytest.raises(StackError, match=r"oil is not there\nwick is not there"):
            await system_pool.open_all([poor[0], rich, poor[1]])
        assert not any(running(pid) for lamps in poor for pid in lamps.pids)
        assert [*system_pool.running] == ["lamp"]


async def test_what_the_machine_lacks_is_reported_before_anything_is_installed(
    tmp_path: Path,
) -> None:
    poor = [Lamps(name=name, needs=f"{name} is not there") for name in ("oil", "wick")]
    rich = Lamps()
    async with open_system_pool(tmp_path / "run", tmp_path / "cache", nothing_said) as system_pool:
        with pytest.raises(StackError, match=r"oil is not there\nwick is not there"):
            await system_pool.open_all([poor[0], rich, poor[1]])
    assert not rich.installs


async def test_what_did_not_open_may_be_tried_again_in_the_same_run(tmp_path: Path) -> None:
    lamps = Lamps(lacks="no oil", takes="60")
    async with open_system_pool(tmp_path / "run", tmp_path / "cache", nothing_said) as system_pool:
        await _fails(system_pool, lamps)
        await _fails(system_pool, lamps)
        lamps.lacks, lamps.takes = "", "0"
        assert (await system_pool.open(lamps)).place.name == "lamp"


async def test_an_older_release_goes_once_the_new_one_is_installed(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    await opened(Lamps(), tmp_path / "run", cache)
    poor = Lamps(release="2", lacks="no oil", takes="60")
    with pytest.raises(Missing, match="no oil"):
        await opened(poor, tmp_path / "run", cache)
    assert _kept(cache) == ["lamp-1", "lamp-2"]
    await opened(Lamps(release="2"), tmp_path / "run", cache)
    await opened(Lamps(name="lamppost"), tmp_path / "run", cache)
    assert _kept(cache) == ["lamp-2", "lamppost-1"]


async def test_an_older_release_stays_while_somebody_uses_it(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    async with open_system_pool(tmp_path / "old", cache, nothing_said) as system_pool:
        await system_pool.open(Lamps())
        await opened(Lamps(release="2"), tmp_path / "run", cache)
        assert _kept(cache) == ["lamp-1", "lamp-2"]
    await opened(Lamps(release="3"), tmp_path / "run", cache)
    assert _kept(cache) == ["lamp-3"]


async def test_a_program_that_dies_is_reported_with_its_log(tmp_path: Path) -> None:
    lamps = Lamps()
    async with open_system_pool(tmp_path / "run", tmp_path / "cache", nothing_said) as system_pool:
        await system_pool.open(lamps)
        watching = asyncio.create_task(system_pool.watch())
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.shield(watching), timeout=0.5)
        os.kill(lamps.pids[-1], signal.SIGKILL)
        with pytest.raises(StackError, match=r"lamp is down: flame ended with status -9.*log is"):
            await watching


def _kept(cache: Path) -> list[str]:
    return sorted(each.name for each in cache.iterdir() if each.is_dir())


async def _fails(system_pool: SystemPool, lamps: Lamps) -> None:
    with pytest.raises(Missing, match="no oil"):
        await system_pool.open(lamps)
