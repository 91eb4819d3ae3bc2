"""A system that does not answer is left in peace, and noticed as soon as it is back."""

from contextlib import suppress

import pytest

from connectors.common.breaker import CircuitBreaker
from ports.failures import ConnectorFailure, Unreachable
from tests.connectors.common.conftest import HANG, HANG_UP, Wire, answer


class Stopwatch:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def tripped(watch: Stopwatch) -> CircuitBreaker:
    breaker = CircuitBreaker("vendor.test", watch)
    for _ in range(5):
        breaker.require("vendor")
        breaker.failed()
    return breaker


def test_one_call_in_three_seconds_goes_to_a_system_that_does_not_answer() -> None:
    watch = Stopwatch()
    breaker, let_through = tripped(watch), 0
    for tenth in range(300):
        watch.seconds = tenth / 10
        with suppress(Unreachable):
            breaker.require("vendor")
            let_through += 1
            breaker.failed()
    assert let_through == 9


def test_the_first_answer_lets_every_call_through() -> None:
    watch = Stopwatch()
    breaker = tripped(watch)
    with pytest.raises(Unreachable, match=r"not called: vendor\.test does not answer"):
        breaker.require("vendor")
    watch.seconds = 3.0
    breaker.require("vendor")
    breaker.answered()
    for _ in range(10):
        breaker.require("vendor")


async def test_an_error_is_an_answer(wire: Wire) -> None:
    wire.will(*[answer(503)] * 10)
    for _ in range(10):
        with suppress(ConnectorFailure):
            await wire.api().get("/things")
    assert len(wire.asked) == 10


async def test_a_connection_that_breaks_shows_that_somebody_is_there(wire: Wire) -> None:
    wire.will(*[HANG_UP] * 10)
    for _ in range(10):
        with suppress(ConnectorFailure):
            await wire.api().get("/things")
    assert len(wire.asked) == 10


async def test_calls_without_an_answer_stop_the_next_ones(wire: Wire) -> None:
    wire.will(*[HANG] * 10)
    for _ in range(10):
        with suppress(ConnectorFailure):
            await wire.api(timeout=0.05).get("/things")
    with pytest.raises(Unreachable, match="not called"):
        await wire.api().get("/things")
    assert len(wire.asked) <= 5
