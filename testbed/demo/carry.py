"""Lets the people of a demo act until every deal is paid, while workers are killed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from temporalio.client import Client

from cli.errors import CliError
from domain.attention import Attention
from domain.ids import DealId
from domain.responsibility import name_parties
from ports.attention_queue import AttentionQueue
from testbed.demo.people import Customer, DeliveryManager, SalesPerson
from testbed.demo.story import Happened, Sale, Step, Story
from testbed.demo.systems import DemoSystems
from testbed.stack.stack import Stack
from workflows import workflow_ids

LOOK_INTERVAL = 0.25
STILL = 120.0
"""After so many seconds in which nothing happens, something is stuck."""
SURELY = 5.0
"""After so many seconds of waiting for a person, a deal will not go on by itself."""
ENDS_WITHIN = 30.0


class Watch:
    """Knows which deals wait for a person, since when, and why."""

    def __init__(self, attention_queue: AttentionQueue) -> None:
        self._attention_queue = attention_queue
        self._since: dict[DealId, tuple[float, Attention]] = {}

    async def keep(self) -> None:
        while True:
            now = time.monotonic()
            filed = [each.attention for each in await self._attention_queue.list_open()]
            first = {a.deal: (now, a) for a in reversed(filed)}
            self._since = {deal: self._since.get(deal, since) for deal, since in first.items()}
            await asyncio.sleep(1)

    def parked(self, sale: Sale) -> bool:
        """Whether it has waited so long that it will not go on by itself."""
        since = self._since.get(sale.deal)
        return since is not None and time.monotonic() - since[0] > SURELY

    def why(self, sale: Sale) -> str:
        """Return what the deal says that it waits for."""
        if sale.deal not in self._since:
            return f"{sale.deal} does not say that it needs anybody: `cashward deal show {sale.id}`"
        said = self._since[sale.deal][1]
        return (
            f"{said.workflow} waits for {name_parties(said.responsible)}: {said.what} ({said.why})"
        )


@dataclass(frozen=True)
class Disruption:
    """A fault injected while deals run, and what to say of it."""

    system: str
    what: str
    strike: Callable[[], Awaitable[None]]


def worker_kills(stack: Stack, times: int) -> list[Disruption]:
    """Return disruptions that kill the workers in turn."""

    def kill(name: str) -> Disruption:
        async def strike() -> None:
            await stack.kill_worker(name)

        return Disruption("worker", f"{name} was killed (-9) and started again", strike)

    return [kill(stack.workers[number % len(stack.workers)]) for number in range(times)]


class FaultInjector:
    """Injects disruptions at even intervals of the deals' progress."""

    def __init__(self, *, steps: int) -> None:
        self._steps = steps
        self._done = 0
        self._news = asyncio.Event()

    def hear(self, event: Happened) -> None:
        if event.step not in (Step.ENTERED, Step.KILLED):
            self._done += 1
            self._news.set()

    async def work(self, disruptions: Sequence[Disruption], story: Story) -> None:
        for number, disruption in enumerate(disruptions, start=1):
            while self._done < self._steps * number / (len(disruptions) + 1):
                await self._news.wait()
                self._news.clear()
            async with story.acts.exclusive():
                await disruption.strike()
            story.tell(Step.KILLED, disruption.system, disruption.what)


async def carry(
    stack: Stack,
    systems: DemoSystems,
    sales: Sequence[Sale],
    story: Story,
    *,
    watch: Watch,
    injector: FaultInjector,
    disruptions: Sequence[Disruption] = (),
) -> None:
    """Run from the first sale to the last payment. Raises CliError that names what is stuck."""
    helpers = [
        asyncio.create_task(SalesPerson(systems.sales, story).sell(sales)),
        asyncio.create_task(watch.keep()),
        asyncio.create_task(injector.work(disruptions, story)),
        asyncio.create_task(stack.watch()),
    ]
    try:
        await _act(systems, sales, story, watch, helpers)
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)


async def _act(
    systems: DemoSystems,
    sales: Sequence[Sale],
    story: Story,
    watch: Watch,
    helpers: Sequence["asyncio.Task[None]"],
) -> None:
    today = sales[0].order.start
    seller = SalesPerson(systems.sales, story)
    manager = DeliveryManager(systems.delivery, story, today)
    customer = Customer(systems.erp, story, today)
    while not all(sale.is_closed or watch.parked(sale) for sale in sales):
        for helper in helpers:
            if helper.done() and (failure := helper.exception()):
                raise failure
        async with story.acts.shared():
            await asyncio.gather(seller.look(sales), manager.deliver(sales), customer.pay(sales))
        if story.idle_for > STILL:
            raise CliError(_stuck(sales, watch))
        await asyncio.sleep(LOOK_INTERVAL)


async def see_runs_end(client: Client, sales: Sequence[Sale]) -> None:
    """Wait until the runs have ended: the CRM hears of the end before the contract is closed."""
    for sale in sales:
        if sale.is_closed:
            handle = client.get_workflow_handle(workflow_ids.deal_run(sale.deal))
            try:
                async with asyncio.timeout(ENDS_WITHIN):
                    await handle.result()
            except TimeoutError:
                raise CliError(f"{handle.id} is paid, but its run does not end") from None


def _stuck(sales: Sequence[Sale], watch: Watch) -> str:
    late = [sale for sale in sales if not sale.is_closed]
    return (
        f"nothing happened for {STILL:.0f} s, and {len(late)} of {len(sales)} deals are not paid; "
        f"the first of them: {watch.why(late[0])}"
    )
