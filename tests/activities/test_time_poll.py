"""The poll of time brings to our records what people booked, and approves what is due."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from activities.poll_schedule import PollSchedule
from activities.polls import TimePoll
from activities.time_approval import TimeApproval
from application.command_log import new_command
from connectors.common.references import References
from connectors.memory.pm import MemoryPm
from connectors.memory.world import MemoryWorld, Project
from domain.command import CommandName
from domain.contract import Policy
from domain.ids import DealId, EventId, ExternalId
from domain.money import Money
from domain.rate_card import JobProfile, Rate, RateCard
from domain.templates import Staffing
from domain.timesheet import TimePolicy
from ports.links import Link
from store import Store
from tests.activities.test_dispatch import Dispatched
from tests.actors import GRACE
from tests.contracts.pm_harness import plan
from tests.store.values import baseline, deal

ACME = References("acme")
OVERLAP = timedelta(minutes=2)
CONSULTANT = JobProfile(role="consultant")
STAFFING = Staffing(profiles={"consultant": CONSULTANT})
DAY = date(2027, 3, 1)


@dataclass
class Polled:
    """A project system in memory, and the poll of a worker that has just started."""

    store: Store
    policy: TimePolicy = field(default_factory=TimePolicy)
    world: MemoryWorld = field(default_factory=MemoryWorld)
    dispatched: Dispatched = field(default_factory=Dispatched)
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def open_project(self, name: str) -> ExternalId:
        """A deal with a contract and a project that is on record."""
        mine = deal(name)
        project = self.world.next_id("P")
        self.world.projects[project] = Project(id=project, opening=plan(mine).opening())
        self.world.references[project] = ACME.of(mine)
        link = Link(
            system="memory", tenant="world", kind="pm.project", key=mine, external_id=project,
            deal=mine,
        )  # fmt: skip
        await self.store.links.add(link, now=self.now())
        await self.store.billing_ledger.agree(baseline(name), now=self.now())
        return project

    async def import_rates(self) -> None:
        rate = Rate(
            profile=CONSULTANT,
            valid_from=date(2027, 1, 1),
            price=Money.of("90.00", "EUR"),
            cost=Money.of("40.00", "EUR"),
        )
        command = new_command(CommandName.IMPORT_RATES, GRACE, DealId(""))
        await self.store.rate_cards.add(RateCard.of([rate]), command, now=self.now())

    async def poll(self) -> int:
        """Poll once, and return how many entries were read."""
        policy = Policy(staffing=STAFFING, time=self.policy)
        store, pm = self.store, MemoryPm(self.world, ACME)
        approval = TimeApproval(
            store.timesheets, store.rate_cards, store.billing_ledger, policy, self.now
        )
        schedule = PollSchedule("time", OVERLAP, store.cursors, self.now)
        poll = TimePoll(
            pm, store.timesheets, approval, store.cursors, self.dispatched, self.now, OVERLAP,
            schedule,
        )  # fmt: skip
        return (await poll.poll_once()).seen

    async def states(self, name: str) -> list[str]:
        records = await self.store.timesheets.of_deal(deal(name))
        return [version.state.value for each in records for version in each.versions]

    @property
    def hinted(self) -> list[DealId]:
        return [fact.deal for fact in self.dispatched.facts]


@pytest.fixture
def polled(store: Store) -> Polled:
    return Polled(store)


async def test_booked_edited_and_deleted_time_comes_on_record(polled: Polled) -> None:
    project = await polled.open_project("booked")
    stays = polled.world.book(project, "w1", 60, DAY)
    goes = polled.world.book(project, "w2", 30, DAY)
    assert await polled.poll() == 2
    polled.world.rebook(stays, minutes=90)
    polled.world.unbook(goes)
    await polled.poll()
    records = await polled.store.timesheets.of_deal(deal("booked"))
    said = {
        each.key.entry: [(v.package, v.minutes, v.state.value) for v in each.versions]
        for each in records
    }
    assert said == {
        stays: [("w1", 60, "replaced"), ("w1", 90, "booked")],
        goes: [("w2", 30, "deleted")],
    }
    assert polled.hinted == []


async def test_time_that_the_pm_approved_is_priced_and_its_deal_hinted_once(
    polled: Polled,
) -> None:
    await polled.import_rates()
    project = await polled.open_project("approved")
    entry = polled.world.book(project, "w1", 50, DAY)
    polled.world.rebook(entry, is_approved=True)
    await polled.poll()
    (record,) = await polled.store.timesheets.of_deal(deal("approved"))
    assert record.billable
    assert record.billable.net == Money.of("90.00", "EUR")
    assert polled.hinted == [deal("approved")]
    first = polled.dispatched.facts[0].event
    await polled.poll()
    assert {fact.event for fact in polled.dispatched.facts} == {EventId(first)}


async def test_time_without_a_price_waits_and_keeps_nobody_else_waiting(polled: Polled) -> None:
    await polled.import_rates()
    project = await polled.open_project("waits")
    for person in ("consultant", "stranger"):
        entry = polled.world.book(project, "w1", 50, DAY, person)
        polled.world.rebook(entry, is_approved=True)
    await polled.poll()
    assert sorted(await polled.states("waits")) == ["approved", "booked"]


async def test_time_is_approved_by_itself_after_some_days(polled: Polled) -> None:
    await polled.import_rates()
    polled.policy = TimePolicy(approve_after_days=3)
    polled.world.book(await polled.open_project("days"), "w1", 50, DAY)
    await polled.poll()
    assert await polled.states("days") == ["booked"]
    polled.ahead = timedelta(days=3, minutes=1)
    await polled.poll()
    assert await polled.states("days") == ["approved"]


async def test_a_hint_that_was_lost_is_given_by_the_next_poll(polled: Polled) -> None:
    await polled.import_rates()
    project = await polled.open_project("lost")
    polled.world.rebook(polled.world.book(project, "w1", 50, DAY), is_approved=True)
    polled.dispatched.unreachable = {deal("lost")}
    with pytest.raises(ConnectionError):
        await polled.poll()
    polled.dispatched.unreachable.clear()
    await polled.poll()
    assert polled.hinted == [deal("lost")]


async def test_time_of_another_account_has_a_cursor_of_its_own(polled: Polled) -> None:
    polled.world.book(await polled.open_project("first"), "w1", 50, DAY)
    await polled.poll()
    other = Polled(polled.store, world=MemoryWorld(tenant="other"), ahead=timedelta(hours=1))
    assert await other.poll() == 0
    assert await polled.store.cursors.read("time memory other") is not None
    assert await polled.states("first") == ["booked"]
