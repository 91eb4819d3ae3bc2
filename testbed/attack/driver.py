"""Runs steps as Temporal does: again after each failure, and elsewhere after a silence."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final, TypeVar

from pydantic import BaseModel
from temporalio.common import RetryPolicy

from testbed.attack import timing
from testbed.attack.messages import Cancel, Done, Failed, Order, Strike
from testbed.attack.steps import signature
from testbed.attack.worker_pool import Worker, WorkerPool
from workflows.steps import ACTIVITY_OPTIONS

S = TypeVar("S")
C = TypeVar("C", bound=BaseModel)
R = TypeVar("R")
_RETRIES: Final = ACTIVITY_OPTIONS["retry_policy"] or RetryPolicy()
_LONGEST: Final = (_RETRIES.maximum_interval or timedelta.max).total_seconds()


class StepRefused(Exception):
    """A step failed in a way that no repeat mends: a person would have to decide."""


class StepCancelled(Exception):
    """A step was cancelled before it ended well."""


@dataclass
class Driver:
    """Runs steps on a pool."""

    pool: WorkerPool
    strikes: list[Strike] = field(default_factory=list)
    """Blows for the next orders, one each."""
    attempts: Counter[str] = field(default_factory=Counter)
    """Attempts by their end: `done`, `given up`, or the type of the failure."""
    steps_done: int = 0
    _numbers: "count[int]" = field(default_factory=count)

    async def step(
        self,
        method: Callable[[S, C], Awaitable[R]],
        command: C,
        run: str,
        *,
        cancel_after: float | None = None,
    ) -> R:
        """Run a step until it ends well. Raises StepRefused, or StepCancelled after that time."""
        name = method.__qualname__
        shape = signature(name)
        argument = shape.command.dump_json(command).decode()
        ends = None if cancel_after is None else time.monotonic() + cancel_after
        pause = _RETRIES.initial_interval.total_seconds()
        for attempt in count(1):
            order = Order(
                number=next(self._numbers), step=name, argument=argument, run=run, attempt=attempt
            )
            said = await self._attempt(order, ends)
            if isinstance(said, Done):
                self.steps_done += 1
                result: R = shape.result.validate_json(said.result)
                return result
            if said and not said.is_retryable:
                raise StepRefused(f"{name} of {run}: {said.type}: {said.reason}")
            wait = said.pause if said and said.pause is not None else pause
            pause = min(_RETRIES.backoff_coefficient * pause, _LONGEST)
            if ends is not None and time.monotonic() + wait > ends:
                raise StepCancelled(f"{name} of {run}")
            await asyncio.sleep(wait)
        raise AssertionError("attempts do not end")

    async def _attempt(self, order: Order, ends: float | None) -> Done | Failed | None:
        """Carry out one attempt; None if the worker fell silent or took too long."""
        worker = await self.pool.free()
        if self.strikes:
            order = order.model_copy(update={"strike": self.strikes.pop()})
        answer = worker.take(order)
        said = await _patiently(worker, order, answer, ends)
        if said is None:
            worker.forget(order.number)
            self.attempts["given up"] += 1
        else:
            self.attempts[said.type if isinstance(said, Failed) else "done"] += 1
        return said


async def _patiently(
    worker: Worker, order: Order, answer: "asyncio.Future[Any]", ends: float | None
) -> Done | Failed | None:
    began = time.monotonic()
    is_cancelled = False
    while not answer.done():
        await asyncio.wait({answer}, timeout=timing.BEAT)
        now = time.monotonic()
        if not is_cancelled and ends is not None and now > ends:
            is_cancelled = True
            worker.tell(Cancel(number=order.number))
        silent = now - max(worker.heard, began)
        if not answer.done() and (silent > timing.SILENCE or now - began > timing.STEP):
            return None
    said: Done | Failed = answer.result()
    return said
