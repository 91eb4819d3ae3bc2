"""Webhooks: an outbox that survives a kill, emptied in the background by a vendor's rules."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx

from testbed.certificates import authorities
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Doc, Store


@dataclass(frozen=True, slots=True)
class Post:
    """One delivery, ready to be sent."""

    url: str
    body: bytes
    headers: Mapping[str, str]


class DeliveryRules(Protocol):
    """A vendor's rules of delivery: what is in a post, and when it tries again."""

    most: int
    """How many events go into one post."""
    timeout: float
    pauses: Sequence[float]
    """Seconds before each further try; after the last one the event is given up."""

    def post(self, events: Sequence[Doc], attempt: int) -> Post:
        """Form and sign one delivery; `attempt` counts from 0."""
        ...

    def gives_up(self, status: int) -> bool:
        """Whether an answer that is no success ends the tries."""
        ...


class Hooks:
    """Delivers each event at least once, in no promised order."""

    def __init__(self, store: Store, clock: Clock, rules: DeliveryRules) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._outbox = store.collection("_outbox")
        self._wake = asyncio.Event()
        clock.when_advanced.append(self._wake.set)
        self._task: asyncio.Task[None] | None = None

    def enqueue(self, event: Doc) -> None:
        """Put an event into the outbox, in the transaction of its change."""
        id_ = str(self._store.next_id("_outbox"))
        self._outbox.put(id_, {"id": id_, "event": event, "attempt": 0, "due": 0.0})
        self._wake.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=self._rules.timeout, verify=authorities()) as client:
            while True:
                self._wake.clear()
                for events in self._due():
                    await self._deliver(client, events)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._pause())

    def _due(self) -> list[list[Doc]]:
        """Return what is due, in posts of events that were tried equally often."""
        now = self._clock.seconds()
        by_attempt: dict[int, list[Doc]] = {}
        for event in self._outbox.values():
            if event["due"] <= now:
                by_attempt.setdefault(event["attempt"], []).append(event)
        most = self._rules.most
        return [e[n : n + most] for e in by_attempt.values() for n in range(0, len(e), most)]

    def _pause(self) -> float:
        now = self._clock.seconds()
        return max(0.01, min((e["due"] - now for e in self._outbox.values()), default=3600.0))

    async def _deliver(self, client: httpx.AsyncClient, events: list[Doc]) -> None:
        attempt = events[0]["attempt"]
        post = self._rules.post([e["event"] for e in events], attempt)
        try:
            answer = await client.post(post.url, content=post.body, headers=dict(post.headers))
            done = answer.is_success or self._rules.gives_up(answer.status_code)
        except httpx.HTTPError:
            done = False
        for event in events:
            if done or attempt >= len(self._rules.pauses):
                self._outbox.delete(event["id"])
            else:
                due = self._clock.seconds() + self._rules.pauses[attempt]
                self._outbox.put(event["id"], {**event, "attempt": attempt + 1, "due": due})
        self._store.commit()
