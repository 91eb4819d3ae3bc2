"""The workers as their driver sees them: processes that may be silent, stopped, or dead."""

import asyncio
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess

from runtime.settings import Settings
from testbed.attack import timing
from testbed.attack.messages import (
    FROM_WORKER,
    Beat,
    Cancel,
    Done,
    Failed,
    Hello,
    Order,
    Strike,
    StrikeKind,
    Struck,
    line,
)
from testbed.attack.plants import Plant
from testbed.attack.worker import LINE_LIMIT, Post, main
from testbed.stack.state import State

_SLOTS = 12
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["testbed.attack.__main__"])


@dataclass(kw_only=True)
class Worker:
    """One place in the pool; after a kill, the next process takes it over."""

    post: Post
    process: BaseProcess
    writer: asyncio.StreamWriter | None = None
    heard: float = 0.0
    stopped_until: float = 0.0
    running: "dict[int, asyncio.Future[Done | Failed]]" = field(default_factory=dict)
    forgotten: set[int] = field(default_factory=set)
    busy: int = 0

    @property
    def silent_for(self) -> float:
        return time.monotonic() - self.heard

    @property
    def is_free(self) -> bool:
        is_here = self.writer is not None and self.silent_for < 3 * timing.BEAT
        return is_here and len(self.running) + len(self.forgotten) < _SLOTS

    @property
    def is_idle(self) -> bool:
        return self.writer is not None and not self.busy and self.silent_for < 3 * timing.BEAT

    def take(self, order: Order) -> "asyncio.Future[Done | Failed]":
        answer: asyncio.Future[Done | Failed] = asyncio.get_running_loop().create_future()
        self.running[order.number] = answer
        self.tell(order)
        return answer

    def forget(self, number: int) -> None:
        """Wait no longer for an attempt, which may still be carried out."""
        self.running.pop(number, None)
        self.forgotten.add(number)

    def hear(self, said: Done | Failed) -> None:
        self.forgotten.discard(said.number)
        answer = self.running.pop(said.number, None)
        if answer and not answer.done():
            answer.set_result(said)

    def tell(self, message: Order | Cancel) -> None:
        if self.writer and not self.writer.is_closing():
            self.writer.write(line(message))

    def signal(self, number: int) -> None:
        pid = self.process.pid
        if pid and self.process.is_alive():
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class WorkerPool:
    """Keeps every place filled: a worker that died is replaced at once."""

    def __init__(self, posts: list[Post], state: State) -> None:
        self._state = state
        self._by_pid: dict[int, Worker] = {}
        self._closing = False
        self._chance = random.Random(0)  # noqa: S311 - spreads work, guards nothing
        self.strikes: Counter[StrikeKind] = Counter()
        self.stop_lengths: list[float] = []
        self.places = [self._hire(post) for post in posts]

    async def free(self) -> Worker:
        """Return a worker that takes one more order, when there is one."""
        while True:
            if found := [each for each in self.places if each.is_free]:
                return self._chance.choice(found)
            await asyncio.sleep(timing.BEAT / 10)

    def kill(self, worker: Worker) -> None:
        self.strikes[StrikeKind.KILL] += 1
        worker.signal(signal.SIGKILL)

    def stop(self, worker: Worker, seconds: float) -> None:
        """Stop a worker for so long; the others go on."""
        worker.signal(signal.SIGSTOP)
        self._note_stop(worker, seconds)

    async def keep(self) -> None:
        """Let workers go on whose stop is over, as long as the block runs."""
        while True:
            now = time.monotonic()
            for worker in self.places:
                if worker.stopped_until < now and worker.silent_for > timing.BEAT:
                    worker.signal(signal.SIGCONT)
            await asyncio.sleep(timing.BEAT / 2)

    async def all_going(self) -> None:
        """Wait until no worker is stopped."""
        while any(worker.stopped_until > time.monotonic() for worker in self.places):
            await asyncio.sleep(timing.BEAT)

    async def all_idle(self) -> None:
        """Wait until every worker is there and carries out nothing."""
        while not all(worker.is_idle for worker in self.places):
            await asyncio.sleep(timing.BEAT)

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear one worker until its process ends."""
        worker: Worker | None = None
        with suppress(ConnectionError):
            while text := await reader.readline():
                said = FROM_WORKER.validate_json(text)
                if isinstance(said, Hello):
                    worker = self._by_pid[said.pid]
                    worker.writer = writer
                if worker:
                    self._hear(worker, said)
        if worker and worker.writer is writer:
            worker.writer = None
        writer.close()

    def end(self) -> None:
        """Kill every worker for good."""
        self._closing = True
        for worker in self.places:
            worker.signal(signal.SIGKILL)
            worker.process.join()
            self._forget(worker)

    def _hear(self, worker: Worker, said: Hello | Beat | Struck | Done | Failed) -> None:
        worker.heard = time.monotonic()
        match said:
            case Done() | Failed():
                worker.hear(said)
            case Beat(busy=busy):
                worker.busy = busy
                for number in worker.forgotten:
                    worker.tell(Cancel(number=number))
            case Struck(strike=strike):
                self._struck(worker, strike)

    def _struck(self, worker: Worker, strike: Strike) -> None:
        if strike.strike is StrikeKind.STOP:
            self._note_stop(worker, strike.seconds)
        else:
            self.strikes[StrikeKind.KILL] += 1

    def _note_stop(self, worker: Worker, seconds: float) -> None:
        self.strikes[StrikeKind.STOP] += 1
        self.stop_lengths.append(seconds)
        worker.stopped_until = time.monotonic() + seconds

    def _hire(self, post: Post) -> Worker:
        process = _FORKS.Process(target=main, args=(post,), daemon=True)
        process.start()
        worker = Worker(post=post, process=process, heard=time.monotonic())
        if process.pid:
            self._by_pid[process.pid] = worker
            self._state.pid_file.add("attacked-worker", process.pid, signal.SIGKILL)
        asyncio.get_running_loop().add_reader(process.sentinel, self._replace, worker)
        return worker

    def _replace(self, worker: Worker) -> None:
        self._forget(worker)
        if not self._closing:
            self.places[self.places.index(worker)] = self._hire(worker.post)

    def _forget(self, worker: Worker) -> None:
        asyncio.get_running_loop().remove_reader(worker.process.sentinel)
        worker.writer, worker.heard = None, 0.0
        if worker.process.pid:
            self._by_pid.pop(worker.process.pid, None)
            self._state.pid_file.remove(worker.process.pid)


@asynccontextmanager
async def open_workers(
    settings: Settings, state: State, *, size: int, skew: float, plant: Plant | None
) -> AsyncIterator[WorkerPool]:
    """Run the workers while the block runs; the clocks of two in four are wrong, each way."""
    driver = str(state.folder / "driver.sock")
    posts = [
        Post(
            driver=driver,
            log=state.log(f"attacked-{number}"),
            settings=settings,
            skew=timedelta(seconds=skew * (0, 1, 0, -1)[number % 4]),
            plant=plant,
        )
        for number in range(size)
    ]
    pool: WorkerPool | None = None

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if pool:
            await pool.listen(reader, writer)

    server = await asyncio.start_unix_server(listen, driver, limit=LINE_LIMIT)
    pool = WorkerPool(posts, state)
    keeping = asyncio.create_task(pool.keep())
    try:
        yield pool
    finally:
        keeping.cancel()
        pool.end()
        server.close()
