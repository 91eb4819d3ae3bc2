"""No change leaves without permission, however late it was taken back."""

import asyncio
from datetime import timedelta

import pytest

from connectors.common import HttpSettings, open_http
from ports.failures import Unreachable
from ports.lease import Lease, LeaseEnded
from tests.connectors.common.conftest import HANG, Wire, answer


class Stopwatch:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


async def test_nothing_changes_after_the_time_of_the_attempt(wire: Wire) -> None:
    wire.will(answer(200))
    watch = Stopwatch()
    with Lease(timedelta(seconds=60), seconds=watch).held():
        watch.seconds = 60.0
        with pytest.raises(LeaseEnded, match="over: nothing more was sent"):
            await wire.api().post("/things", body={})
        await wire.api().post("/things/search", body={}, reads=True)
    assert [asked.target for asked in wire.asked] == ["/things/search"]


async def test_a_lease_that_ends_while_the_call_waits_for_a_connection_sends_nothing(
    wire: Wire,
) -> None:
    wire.will(HANG, answer(200))
    lease = Lease()
    async with open_http(wire.url, HttpSettings(max_connections=1)) as one_connection:
        wire.http = one_connection
        busy = asyncio.create_task(wire.api(timeout=0.3).get("/things"))
        while not wire.asked:
            await asyncio.sleep(0)
        with lease.held():
            waits = asyncio.create_task(wire.api().post("/things", body={}))
        await asyncio.sleep(0.05)
        lease.revoke("the step was cancelled")
        with pytest.raises(Unreachable):
            await busy
        with pytest.raises(LeaseEnded, match="the step was cancelled"):
            await waits
    assert [asked.method for asked in wire.asked] == ["GET"]


async def test_a_lease_ends_with_the_one_around_it_in_tasks_too(wire: Wire) -> None:
    outer = Lease()

    async def change() -> None:
        with Lease(timedelta(seconds=60)).held():
            await asyncio.sleep(0)
            await wire.api().post("/things", body={})

    with outer.held():
        task = asyncio.create_task(change())
    outer.revoke("the step was cancelled")
    with pytest.raises(LeaseEnded, match="the step was cancelled"):
        await task
    assert wire.asked == []
