"""A limit admits so many calls, and more after its time."""

import pytest

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.rate_limits import Limit, RateLimits

BURST = Limit(name="burst", most=3, seconds=10)
DAILY = Limit(name="daily", most=4, seconds=86_400, is_fixed=True)
IN_FLIGHT = Limit(name="in_flight", most=1)


class StillClock(Clock):
    """A clock that moves only when it is advanced."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1_000_000.0

    def seconds(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


def limited(clock: Clock, option: object = None) -> RateLimits:
    return RateLimits(clock, (BURST, DAILY, IN_FLIGHT), option)


def test_a_sliding_window_has_room_again_as_each_call_gets_old(clock: StillClock) -> None:
    limits = limited(clock)
    for _ in range(3):
        assert limits.spend({"burst": "app"}) is None
        clock.advance(2)
    full = limits.spend({"burst": "app"})
    assert full
    assert (full.limit.name, full.wait) == ("burst", 4)
    clock.advance(4)
    assert limits.spend({"burst": "app"}) is None
    assert limits.spend({"burst": "app"})


def test_a_fixed_window_forgets_all_calls_at_once(clock: StillClock) -> None:
    limits = limited(clock)
    for _ in range(4):
        assert limits.spend({"daily": "tenant"}) is None
        clock.advance(20_000)
    full = limits.spend({"daily": "tenant"})
    assert full
    assert full.wait == 6_400
    clock.advance(6_400)
    assert limits.remaining("daily", "tenant") == 4


def test_calls_in_flight_make_room_when_they_end(clock: StillClock) -> None:
    limits = limited(clock)
    assert limits.spend({"in_flight": "app"}) is None
    clock.advance(1_000)
    assert limits.spend({"in_flight": "app"})
    limits.release("in_flight", "app")
    assert limits.spend({"in_flight": "app"}) is None


def test_a_costly_call_takes_more_than_one_point(clock: StillClock) -> None:
    limits = limited(clock)
    assert limits.spend({"burst": "app"}, cost=2) is None
    assert limits.remaining("burst", "app") == 1
    assert limits.spend({"burst": "app"}, cost=2)
    assert limits.spend({"burst": "app"}) is None


def test_a_call_that_one_limit_refuses_counts_in_no_other(clock: StillClock) -> None:
    limits = limited(clock, {"burst": 1})
    assert limits.spend({"burst": "app", "daily": "tenant"}) is None
    assert limits.spend({"daily": "tenant", "burst": "app"})
    assert limits.remaining("daily", "tenant") == 3


def test_each_key_has_windows_of_its_own(clock: StillClock) -> None:
    limits = limited(clock, {"burst": 1})
    assert limits.spend({"burst": ("app", "one")}) is None
    assert limits.spend({"burst": ("app", "other")}) is None


def test_limits_that_are_off_count_and_refuse_nothing(clock: StillClock) -> None:
    limits = limited(clock, option=False)
    assert [limits.spend({"burst": "app"}) for _ in range(5)] == [None] * 5
    assert limits.remaining("burst", "app") == 0


def test_windows_without_calls_are_forgotten(clock: StillClock) -> None:
    limits = limited(clock)
    for key in range(10_002):
        limits.spend({"burst": key})
    clock.advance(10)
    limits.spend({"burst": "app"})
    assert len(limits._windows) == 1
