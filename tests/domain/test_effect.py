"""The rules of the effect ledger: who may send, when, and what stays on record."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.effect import (
    AlreadyReversed,
    Effect,
    EffectKey,
    EffectKind,
    EffectState,
    IdempotencyPolicy,
    KeyReused,
    NotSettled,
    Receipt,
    Strategy,
    Superseded,
)
from domain.ids import DealId, ExternalId, Subject
from domain.refusal import Refusal

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
OPERATION_TIMEOUT = timedelta(seconds=30)
SETTLE = timedelta(seconds=10)
DRAFT = IdempotencyPolicy(strategy=Strategy.DRAFT, settle_time=SETTLE)
KEYED = IdempotencyPolicy(
    strategy=Strategy.IDEMPOTENCY_KEY, settle_time=SETTLE, key_lifetime=timedelta(minutes=6)
)
PLANNED = Effect(
    key=EffectKey(
        system="xero",
        tenant="books",
        kind=EffectKind("erp.invoice"),
        subject=Subject("hubspot:1:m1:r1"),
    ),
    deal=DealId("hubspot:1"),
    digest="d1",
)
V1, V2 = ExternalId("v1"), ExternalId("v2")
LEGAL = {
    "planned": {"in_flight", "reversing", "reversed"},
    "in_flight": {"in_flight", "confirmed", "uncertain", "refused", "reversing", "reversed"},
    "uncertain": {"uncertain", "in_flight", "reversing", "reversed"},
    "refused": {"refused", "in_flight", "reversing", "reversed"},
    "confirmed": {"confirmed", "done", "reversing", "reversed"},
    "done": {"done", "reversing", "reversed"},
    "reversing": {"reversing", "reversed", "in_flight", "confirmed", "done", "uncertain"},
    "reversed": {"in_flight", "reversed"},
}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def made(id: str) -> Receipt:
    return Receipt(id=ExternalId(id))


def take_off(effect: Effect, seconds: float = 0, repeat: IdempotencyPolicy = DRAFT) -> Effect:
    return effect.start(
        "d1", repeat, now=at(seconds), operation_timeout=OPERATION_TIMEOUT, is_repeatable=True
    )


def start_undo(effect: Effect, seconds: float = 0, repeat: IdempotencyPolicy = DRAFT) -> Effect:
    return effect.start_undo(repeat, now=at(seconds), operation_timeout=OPERATION_TIMEOUT)


class Timeline:
    """One effect over time, and its attempts, each of which records its outcome once."""

    def __init__(self, repeat: IdempotencyPolicy) -> None:
        self.effect = PLANNED
        self.repeat = repeat
        self.now = 0.0
        self.silent: set[int] = set()
        self.moves: list[tuple[Effect, Effect, datetime]] = []

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    def begin(self) -> None:
        before = self.effect
        self.move(lambda: take_off(before, self.now, self.repeat))
        if self.effect.attempt > before.attempt:
            self.silent.add(self.effect.attempt)

    def undo(self) -> None:
        before = self.effect
        self.move(lambda: start_undo(before, self.now, self.repeat))
        if self.effect.attempt > before.attempt:
            self.silent.add(self.effect.attempt)

    def tell(self, attempt: int, step: Callable[[int], Effect]) -> None:
        if attempt in self.silent:
            self.silent.discard(attempt)
            self.move(lambda: step(attempt))

    def move(self, step: Callable[[], Effect]) -> None:
        before = self.effect
        try:
            self.effect = step()
        except (Refusal, NotSettled):
            return
        if self.effect != before:
            self.moves.append((before, self.effect, at(self.now)))

    def play(self, what: str, attempt: int, seconds: float) -> None:
        until = at(self.now) + self.repeat.settle_time
        match what:
            case "wait":
                self.pass_time(seconds)
            case "begin":
                self.begin()
            case "confirm":
                self.tell(attempt, lambda n: self.effect.confirm(n, [made(f"doc-{n}")]))
            case "lose":
                self.tell(
                    attempt,
                    lambda n: self.effect.mark_uncertain(n, "lost", until=until, key_tainted=True),
                )
            case "refuse":
                self.tell(attempt, lambda n: self.effect.refuse(n, "no"))
            case "finish":
                self.move(lambda: self.effect.finish({}))
            case "undo":
                self.undo()
            case "undone":
                self.tell(attempt, lambda n: self.effect.reverse(n, "cancelled"))
            case _:
                self.move(lambda: self.effect.abandon("cancelled", now=at(self.now)))


def assert_lawful(before: Effect, after: Effect, now: datetime) -> None:
    assert after.state in LEGAL[before.state]
    assert after.attempt >= before.attempt
    assert after.generation >= before.generation
    if before.is_confirmed and after.state != "in_flight":
        assert after.receipt == before.receipt
    assert not after.receipt or after.receipt not in after.strays
    if after.is_confirmed:
        assert after.receipt
    if before.state in {"in_flight", "uncertain", "reversing"} and after.attempt > before.attempt:
        assert before.until is None or before.until <= now


EVENTS = [
    *("wait", "begin", "begin", "confirm", "lose", "refuse", "finish"),
    *("undo", "undone", "abandon"),
]
PLOTS = st.lists(
    st.tuples(
        st.sampled_from(EVENTS),
        st.integers(1, 4),
        st.sampled_from([1.0, 15.0, 45.0, 400.0]),
    ),
    max_size=25,
)


@given(plot=PLOTS, repeat=st.sampled_from([DRAFT, KEYED]))
def test_no_order_of_events_breaks_the_law(
    plot: list[tuple[str, int, float]], repeat: IdempotencyPolicy
) -> None:
    timeline = Timeline(repeat)
    for event in plot:
        timeline.play(*event)
    for move in timeline.moves:
        assert_lawful(*move)


@given(plot=PLOTS)
def test_a_settled_effect_never_takes_off_again(plot: list[tuple[str, int, float]]) -> None:
    timeline = Timeline(DRAFT)
    for event in plot:
        timeline.play(*event)
        if timeline.effect.is_confirmed:
            assert take_off(timeline.effect, timeline.now) == timeline.effect


def test_the_first_id_wins() -> None:
    elected = take_off(PLANNED).confirm(1, [made("first")])
    assert elected.confirm(1, [made("first")]) == elected
    assert elected.finish({"number": "1"}).confirm(7, [made("third")]).receipt == made("first")


def test_what_is_on_record_is_not_unsaid() -> None:
    elected = take_off(PLANNED).confirm(1, [made("first")])
    with pytest.raises(Superseded):
        elected.mark_uncertain(1, "reset", until=at(10), key_tainted=False)
    with pytest.raises(Superseded):
        elected.refuse(1, "no")


def test_a_zombie_changes_nothing() -> None:
    younger = take_off(take_off(PLANNED), 40)
    assert younger.confirm(1, [made("late")]).state is EffectState.IN_FLIGHT
    with pytest.raises(Superseded):
        younger.mark_uncertain(1, "late", until=at(50), key_tainted=False)
    with pytest.raises(Superseded):
        younger.refuse(1, "late")


def test_a_call_in_flight_is_waited_out_with_its_settling() -> None:
    flying = take_off(PLANNED)
    with pytest.raises(NotSettled) as wait:
        take_off(flying, 39)
    assert wait.value.until == at(40)
    assert take_off(flying, 40).attempt == 2


def test_a_lost_call_is_waited_out_and_looked_for_first() -> None:
    lost = take_off(PLANNED).mark_uncertain(1, "reset", until=at(12), key_tainted=False)
    with pytest.raises(NotSettled):
        take_off(lost, 11)
    assert take_off(lost, 12).search_first


def test_a_unique_reference_waits_for_nobody() -> None:
    unique = IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE, settle_time=SETTLE)
    assert take_off(take_off(PLANNED, 0, unique), 0, unique).attempt == 2


def test_an_undo_waits_for_every_older_call_that_may_land() -> None:
    unique = IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE, settle_time=SETTLE)
    younger = take_off(take_off(PLANNED, 0, unique), 1, unique)
    for after in (
        younger.refuse(2, "throttled"),
        younger.confirm(2, [made("first")]),
        younger.mark_uncertain(2, "reset", until=at(12), key_tainted=False),
    ):
        with pytest.raises(NotSettled):
            start_undo(after, 39, unique)
        with pytest.raises(NotSettled):
            after.abandon("cancelled", now=at(39))
        assert start_undo(after, 40, unique).state is EffectState.REVERSING


def test_a_refused_call_never_happened_so_nothing_is_waited_for() -> None:
    refused = take_off(PLANNED).refuse(1, "no such account")
    assert take_off(refused, 0).state is EffectState.IN_FLIGHT


def test_a_key_stands_for_one_command() -> None:
    with pytest.raises(KeyReused, match="already used for something else"):
        PLANNED.start("d2", DRAFT, now=START, operation_timeout=OPERATION_TIMEOUT)


def test_what_was_taken_back_is_made_again_only_where_its_kind_reopens() -> None:
    gone = start_undo(take_off(PLANNED).confirm(1, [made("first")])).reverse(2, "cancelled")
    with pytest.raises(AlreadyReversed):
        gone.start("d1", DRAFT, now=START, operation_timeout=OPERATION_TIMEOUT)
    again = take_off(gone)
    assert (again.state, again.receipt, again.generation) == (EffectState.IN_FLIGHT, None, 2)


def test_what_a_late_attempt_made_is_a_stray_that_nobody_forgets() -> None:
    gone = start_undo(take_off(PLANNED), 40).reverse(2, "cancelled")
    late = gone.confirm(1, [made("late")])
    assert (late.state, late.strays) == (EffectState.REVERSED, (made("late"),))
    assert late.sweep(made("late")) == gone


@pytest.mark.parametrize("found", [[], ["another"]])
def test_a_doubt_ends_only_where_the_record_is_seen(found: list[str]) -> None:
    elected = take_off(PLANNED).confirm(1, [made("first")])
    doubted = elected.model_copy(update={"is_doubted": True})
    assert doubted.confirm(1, [made(each) for each in found]).is_doubted
    assert doubted.confirm(1, [made("first")]) == elected


def test_an_undo_forgets_no_stray_that_came_after_its_look() -> None:
    undoing = start_undo(take_off(PLANNED), 40).confirm(1, [made("late"), made("seen")])
    assert undoing.reverse(2, "cancelled", [made("seen")]).strays == (made("late"),)


def test_a_stray_that_is_elected_after_all_is_no_stray() -> None:
    younger = take_off(take_off(PLANNED), 40).confirm(1, [made("late")])
    assert younger.strays == (made("late"),)
    elected = younger.confirm(2, [made("late"), made("later")])
    assert (elected.receipt, elected.strays) == (made("late"), (made("later"),))


def test_another_part_under_the_same_key_is_on_record() -> None:
    elected = take_off(PLANNED).confirm(1, [Receipt(id=ExternalId("p"), parts={"m1": V1})])
    other = Receipt(id=ExternalId("p"), parts={"m1": V2})
    assert elected.confirm(1, [other]).strays == (other,)


def test_the_right_to_undo_is_taken_before_anybody_looks() -> None:
    with pytest.raises(NotSettled):
        start_undo(take_off(PLANNED), 39)
    undoing = start_undo(take_off(PLANNED), 40)
    with pytest.raises(AlreadyReversed):
        undoing.start("d1", DRAFT, now=at(400), operation_timeout=OPERATION_TIMEOUT)
    with pytest.raises(NotSettled):
        start_undo(undoing, 79)
    with pytest.raises(Superseded):
        start_undo(undoing, 80).reverse(2, "late")


@pytest.mark.parametrize("state", ["uncertain", "confirmed", "done"])
def test_what_the_vendor_will_not_undo_stays_what_it_was(state: str) -> None:
    before = take_off(PLANNED)
    if state != "uncertain":
        before = before.confirm(1, [made("first")])
    if state == "done":
        before = before.finish({"number": "1"})
    after = start_undo(before, 40).refuse(2, "it is issued")
    assert (after.state, after.receipt, after.proof) == (state, before.receipt, before.proof)


def test_a_lost_undo_is_waited_out_and_tried_again() -> None:
    lost = start_undo(take_off(PLANNED), 40).mark_uncertain(
        2, "reset", until=at(55), key_tainted=False
    )
    assert lost.state is EffectState.REVERSING
    with pytest.raises(NotSettled):
        start_undo(lost, 54)
    assert start_undo(lost, 55).attempt == 3


def test_only_what_was_made_can_be_done() -> None:
    with pytest.raises(Refusal, match="only a confirmed effect is done"):
        take_off(PLANNED).finish({})


@pytest.mark.parametrize(
    ("seconds", "tainted", "generation"), [(60, False, 1), (60, True, 2), (361, False, 2)]
)
def test_an_idempotency_key_is_renewed_once_it_is_old_or_tainted(
    seconds: float, tainted: bool, generation: int
) -> None:
    lost = take_off(PLANNED, 0, KEYED).mark_uncertain(1, "500", until=at(10), key_tainted=tainted)
    again = take_off(lost, seconds, KEYED)
    assert again.generation == generation
    assert again.first_sent == (START if generation == 1 else at(seconds))
