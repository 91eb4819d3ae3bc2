"""One worker under attack: carries out orders under the product's own rules, until it is killed."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import uvloop
from pydantic import BaseModel
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from runtime.activity_interceptor import ActivityRules
from runtime.composition import open_systems
from runtime.logging import set_up_logging
from runtime.settings import Settings
from store.clock import DatabaseClock
from store.database import Database
from testbed.attack import timing
from testbed.attack.messages import (
    TO_WORKER,
    Beat,
    Cancel,
    Done,
    Failed,
    Hello,
    Order,
    Point,
    Struck,
    line,
)
from testbed.attack.plants import Plant, planted
from testbed.attack.steps import Method, build_steps, signature

LINE_LIMIT: Final = 2**20
_order: ContextVar[Order | None] = ContextVar("order", default=None)


@dataclass(frozen=True, kw_only=True)
class Post:
    """The place of a worker: its driver, its systems, and how wrong its clock is."""

    driver: str
    log: Path
    settings: Settings
    skew: timedelta
    plant: Plant | None


def main(post: Post) -> None:
    """Work until the driver is gone."""
    os.setsid()
    log = os.open(post.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    set_up_logging("WARNING")
    uvloop.run(_work(post))
    os._exit(0)


async def _work(post: Post) -> None:
    async with AsyncExitStack() as stack:
        settings = post.settings
        systems = await stack.enter_async_context(open_systems(settings))
        opened = Database.open(
            settings.database.full_url,
            pool_size=settings.database.pool_size,
            answer_timeout=timing.ANSWER,
        )
        database = await stack.enter_async_context(opened)
        reader, writer = await asyncio.open_unix_connection(post.driver, limit=LINE_LIMIT)
        worker = _Worker(writer)
        open_ledger = stack.enter_context(planted(post.plant, post.skew))
        ledger = open_ledger(database, DatabaseClock(database), worker.strike)
        worker.find = build_steps(settings, systems, database, ledger, post.skew)
        await worker.obey(reader)


class _Worker:
    """Carries out orders side by side, and says that it is alive."""

    find: Callable[[str], Method]

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._running: dict[int, tuple[ActivityEnvironment, asyncio.Task[None]]] = {}
        self._dealt: set[int] = set()

    async def obey(self, reader: asyncio.StreamReader) -> None:
        """Take orders until the driver is gone."""
        self._say(Hello(pid=os.getpid()))
        beating = asyncio.create_task(self._beat())
        while text := await _line_or_end(reader):
            match TO_WORKER.validate_json(text):
                case Order() as order:
                    self._start(order)
                case Cancel(number=number) if number in self._running:
                    self._running[number][0].cancel()
        beating.cancel()

    async def strike(self, point: Point) -> None:
        """Deal the strike that the present order asks for, here or at the latest at its end."""
        order = _order.get()
        if not order or not order.strike or order.number in self._dealt:
            return
        if point not in (order.strike.point, Point.ENDED):
            return
        self._dealt.add(order.number)
        self._say(Struck(strike=order.strike))
        await asyncio.sleep(0.002)  # lets the message leave
        os.kill(os.getpid(), order.strike.strike)

    def _start(self, order: Order) -> None:
        environment = ActivityEnvironment()
        environment.info = replace(
            environment.info,
            activity_type=order.step,
            workflow_id=order.run,
            attempt=order.attempt,
            heartbeat_timeout=timedelta(seconds=timing.SILENCE),
        )
        task = asyncio.create_task(self._carry_out(environment, order))
        self._running[order.number] = environment, task

    async def _carry_out(self, environment: ActivityEnvironment, order: Order) -> None:
        _order.set(order)
        shape = signature(order.step)
        command = shape.command.validate_json(order.argument)
        try:
            result = await environment.run(_under_our_rules, self.find(order.step), command)
            text = shape.result.dump_json(result).decode()
            said: BaseModel = Done(number=order.number, result=text)
        except (Exception, asyncio.CancelledError) as failure:  # noqa: BLE001 - as Temporal does
            said = _failed(order.number, failure)
        await self.strike(Point.ENDED)
        del self._running[order.number]
        self._say(said)

    async def _beat(self) -> None:
        while True:
            self._say(Beat(busy=len(self._running)))
            await asyncio.sleep(timing.BEAT)

    def _say(self, message: BaseModel) -> None:
        self._writer.write(line(message))


async def _line_or_end(reader: asyncio.StreamReader) -> bytes:
    with suppress(ConnectionError):
        return await reader.readline()
    return b""


class _Innermost(ActivityInboundInterceptor):
    """Calls the activity, as the SDK does."""

    def __init__(self) -> None:
        super().__init__(self)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: ANN401 - the SDK's
        return await input.fn(*input.args)


async def _under_our_rules(method: Callable[[Any], Awaitable[Any]], command: object) -> object:
    """Run a step as a worker of the product does, with its interceptor."""
    rules = ActivityRules().intercept_activity(_Innermost())
    asked = ExecuteActivityInput(fn=method, args=[command], executor=None, headers={})
    result: object = await rules.execute_activity(asked)
    return result


def _failed(number: int, failure: BaseException) -> Failed:
    known = failure if isinstance(failure, ApplicationError) else None
    delay = known.next_retry_delay if known else None
    return Failed(
        number=number,
        type=(known and known.type) or type(failure).__name__,
        reason=known.message if known else repr(failure),
        is_retryable=not (known and known.non_retryable),
        pause=delay.total_seconds() if delay else None,
    )
