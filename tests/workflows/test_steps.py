"""The saga, and how a step is cancelled, without a server."""

import asyncio
from contextlib import suppress

import pytest
from temporalio.workflow import ActivityCancellationType

from domain.refusal import Refusal
from workflows.steps import ACTIVITY_OPTIONS, Saga


async def _undone_by(failure: BaseException | None) -> list[str]:
    """Return what a saga of two steps undoes, in order, when it ends in this failure."""
    undone: list[str] = []

    async def undo(step: str) -> None:
        undone.append(step)

    with suppress(BaseException):
        async with Saga() as saga:
            saga.undo_with(lambda: undo("first"))
            saga.undo_with(lambda: undo("second"))
            if failure:
                raise failure
    return undone


@pytest.mark.parametrize("failure", [Refusal("no"), asyncio.CancelledError()])
async def test_a_saga_that_fails_undoes_its_steps_newest_first(failure: BaseException) -> None:
    assert await _undone_by(failure) == ["second", "first"]


@pytest.mark.parametrize("failure", [ZeroDivisionError(), None])
async def test_a_bug_and_a_good_end_undo_nothing(failure: BaseException | None) -> None:
    assert await _undone_by(failure) == []


def test_a_cancelled_step_ends_before_anything_is_undone() -> None:
    waits = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
    assert ACTIVITY_OPTIONS["cancellation_type"] is waits
