"""The properties of the ledger, over thousands of seeded worlds in virtual time.

A failing test names its seeds; `World(seed=N)` repeats the same run.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from activities.effects import Effects, key_of
from domain.claim import ClaimState
from domain.effect import Effect, EffectState, Receipt
from domain.invoice import InvoiceStatus
from domain.money import Money
from ports.effect_ledger import EffectLedger
from ports.lease import Lease
from ports.operation import Attempt, C, Operation
from tests.simulation.memory import MemoryLedger
from tests.simulation.story import DEAL, NETS, World
from tests.simulation.vendors import Document
from tests.simulation.virtual import run, seconds

FEW, ALL = 250, 1500
SEEDS = [range(FEW), pytest.param(range(FEW, ALL), marks=pytest.mark.slow)]
DRAFT, ISSUED = InvoiceStatus.DRAFT, InvoiceStatus.ISSUED


def lived(world: World) -> World:
    run(world.live())
    return world


@pytest.fixture(scope="module", params=SEEDS, ids=str)
def worlds(request: pytest.FixtureRequest) -> list[World]:
    return [lived(World(seed=seed)) for seed in request.param]


def broken(worlds: list[World], promise: Callable[[World], bool]) -> list[int]:
    return [world.seed for world in worlds if not promise(world)]


def documents(world: World, status: InvoiceStatus) -> list[Document]:
    return [each for each in world.erp.documents.values() if each.status is status]


def is_once(world: World) -> bool:
    """At most one issued document for everything we wanted, credit notes too."""
    subjects = [each.subject for each in documents(world, ISSUED)]
    return len(subjects) == len(set(subjects))


def euros(amounts: list[Money]) -> Money:
    return Money.total(amounts, "EUR")


def test_nothing_is_issued_twice(worlds: list[World]) -> None:
    assert broken(worlds, is_once) == []


def test_every_charge_is_billed_once_faults_end(worlds: list[World]) -> None:
    def is_billed(world: World) -> bool:
        issued = [bill for bill in world.books.by_subject.values() if bill.proof]
        return sorted(charge for bill in issued for charge in bill.charges) == ["m1", "m2"]

    assert broken(worlds, is_billed) == []


def test_every_issued_invoice_is_the_one_its_claim_names(worlds: list[World]) -> None:
    def is_proven(world: World) -> bool:
        proven = {bill.proof.document for bill in world.books.by_subject.values() if bill.proof}
        notes = set(world.books.credits)
        return proven == {each.id for each in documents(world, ISSUED) if each.subject not in notes}

    assert broken(worlds, is_proven) == []


def test_an_id_on_record_never_changes(worlds: list[World]) -> None:
    def is_constant(world: World) -> bool:
        return all(len(history) == 1 for history in world.ledger.elected.values())

    assert broken(worlds, is_constant) == []


def test_what_is_done_never_calls_out_again(worlds: list[World]) -> None:
    async def again(world: World) -> int:
        before = world.auditor.calls
        await asyncio.sleep(world.faults_end)
        await world.effects.execute(world.crm.write_back, world.crm.written_back[DEAL])
        for draft in world.billed:
            await world.effects.execute(world.erp.draft_invoice, draft)
        return world.auditor.calls - before

    assert broken(worlds, lambda world: run(again(world)) == 0) == []


def test_nothing_leaves_while_an_older_call_may_land_unseen(worlds: list[World]) -> None:
    assert broken(worlds, lambda world: not world.auditor.too_early) == []


def test_crm_erp_and_claims_tell_the_same_sums(worlds: list[World]) -> None:
    def is_equal(world: World) -> bool:
        written, notes = world.crm.written_back[DEAL], world.books.credits
        issued = documents(world, ISSUED)
        bills = [bill for bill in world.books.by_subject.values() if bill.proof]
        billed = euros([each.net for each in issued if each.subject not in notes])
        credited = euros([each.net for each in issued if each.subject in notes])
        return (
            written.billed == billed == euros([bill.net for bill in bills])
            and written.credited == credited
            and credited == euros([bill.credited_net for bill in bills if bill.credited_net])
            and billed == euros(list(NETS))
        )

    assert broken(worlds, is_equal) == []


def test_strays_of_lost_attempts_are_swept(worlds: list[World]) -> None:
    """Those that land after their bill was withdrawn are left to reconciliation."""

    def is_swept(world: World) -> bool:
        effects = world.ledger.effects.items()
        drafts = world.erp.draft_invoice.kind
        states = {key.subject: each.state for key, each in effects if key.kind == drafts}
        left = [each.subject for each in documents(world, DRAFT)]
        late = [
            subject
            for subject in left
            if any(flight.is_zombie for flight, _ in world.auditor.sent[subject])
        ]
        return left == late and all(states[each] is EffectState.REVERSED for each in left)

    assert broken(worlds, is_swept) == []


def test_the_worlds_are_hard_enough(worlds: list[World]) -> None:
    """Each kind of fault happened often, so that the tests above prove something."""
    flights = [flight for w in worlds for sent in w.auditor.sent.values() for flight, _ in sent]
    says = [flight.says for flight in flights]
    bills = [bill for world in worlds for bill in world.books.by_subject.values()]
    rare = {
        "zombies": sum(flight.is_zombie for flight in flights),
        "lost replies": says.count("nothing"),
        "answered with an error": says.count("error"),
        "attempts beside others": sum(len(world.zombies) for world in worlds),
        "gone drafts": sum(len(documents(world, InvoiceStatus.GONE)) for world in worlds),
        "withdrawn": sum(bill.state is ClaimState.RELEASED for bill in bills),
        "credited": sum(bill.state is ClaimState.CREDITED for bill in bills),
    }
    assert {name: often for name, often in rare.items() if often < len(worlds) / 20} == {}


class Naive(Effects):
    """A ledger that repeats whatever failed, without settle time, search or election."""

    _ledger: EffectLedger

    async def execute(
        self, operation: Operation[C], command: C, *, looks_first: bool = False
    ) -> Receipt:
        key = await key_of(operation, command.subject)
        never = str(seconds())
        made = await operation.do(
            command,
            Attempt(attempt=1, generation=1, idempotency_key=never, search_first=looks_first),
        )
        assert isinstance(self._ledger, MemoryLedger)
        self._ledger.effects[key] = Effect(
            key=key,
            deal=command.deal,
            digest="",
            state=EffectState.CONFIRMED,
            attempt=1,
            receipt=made,
        )
        return made

    async def sweep(self, change: Operation[C], command: C) -> None:
        del change, command


class WithoutLease(Effects):
    """A ledger that records attempts, but asks no lease before it sends."""

    def _lease(self) -> Lease:
        return Lease()


def first_duplicate(world: Callable[[int], World]) -> int | None:
    for seed in range(300):
        suspect = world(seed)
        with suppress(Exception):  # a wrong driver breaks in many ways, and this is about one
            run(suspect.live())
        if not is_once(suspect):
            return seed
    return None


def test_a_naive_driver_issues_twice() -> None:
    assert first_duplicate(lambda seed: World(seed=seed, driver=Naive)) is not None


def test_looking_before_creating_is_not_enough_without_settling() -> None:
    assert first_duplicate(lambda seed: World(seed=seed, settle=timedelta(0))) is not None


def test_a_seed_replays_to_the_letter() -> None:
    first, second = (lived(World(seed=7)) for _ in range(2))
    assert first.erp.documents == second.erp.documents
    assert first.ledger.effects == second.ledger.effects


def test_a_stopped_worker_sends_after_its_time_without_a_lease() -> None:
    def sends_early(seed: int) -> bool:
        world = World(seed=seed, driver=WithoutLease)
        with suppress(Exception):  # as above
            run(world.live())
        return bool(world.auditor.too_early) or not is_once(world)

    assert any(map(sends_early, range(300)))
