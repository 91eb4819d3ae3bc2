"""What the effect ledger's rows guarantee beyond the rules of the domain."""

import asyncio
from datetime import timedelta

import psycopg
import pytest

from domain.effect import (
    AlreadyReversed,
    Effect,
    EffectState,
    IdempotencyPolicy,
    NotSettled,
    Strategy,
    Superseded,
)
from domain.refusal import Refusal
from store import Store, open_store
from store.audit import entry_of
from store.database import plain_url
from tests.store.values import (
    AT_ONCE,
    DRAFT,
    OPERATION_TIMEOUT,
    SETTLED_DRAFT,
    UPSERT,
    deal,
    intent,
    made,
    trail,
)


async def test_of_twenty_who_begin_one_effect_one_takes_off(store: Store) -> None:
    async def begin() -> EffectState | type[Exception]:
        try:
            effect = await store.effect_ledger.begin(
                intent("race"), DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
            )
        except NotSettled as wait:
            return type(wait)
        return effect.state

    outcomes = await asyncio.gather(*(begin() for _ in range(20)))
    assert sorted(map(str, outcomes)) == sorted(["in_flight", *[str(NotSettled)] * 19])


async def test_an_attempt_that_is_over_lets_the_next_begin_by_the_databases_clock(
    store: Store, database_url: str
) -> None:
    async def begin(lasts: timedelta) -> Effect:
        return await store.effect_ledger.begin(
            intent("lease"), SETTLED_DRAFT, operation_timeout=lasts, is_repeatable=False
        )

    with psycopg.connect(plain_url(database_url)) as other:
        [before] = other.execute("select clock_timestamp()").fetchone() or (None,)
        assert before
        assert (await begin(AT_ONCE)).until >= before
    assert (await begin(OPERATION_TIMEOUT)).attempt == 2
    with pytest.raises(NotSettled) as wait:
        await begin(OPERATION_TIMEOUT)
    assert AT_ONCE < wait.value.wait <= OPERATION_TIMEOUT


async def test_whoever_begins_an_undo_stops_all_others(store: Store) -> None:
    this = intent("undone")
    await store.effect_ledger.begin(
        this, SETTLED_DRAFT, operation_timeout=AT_ONCE, is_repeatable=False
    )
    undo = await store.effect_ledger.begin_undo(this, DRAFT, operation_timeout=OPERATION_TIMEOUT)
    assert (undo.state, undo.attempt) == (EffectState.REVERSING, 2)
    with pytest.raises(NotSettled):
        await store.effect_ledger.begin_undo(this, DRAFT, operation_timeout=OPERATION_TIMEOUT)
    with pytest.raises(Superseded):
        await store.effect_ledger.refuse(this.key, 1, "late")
    with pytest.raises(Superseded):
        await store.effect_ledger.reverse(this.key, 1, "an older one")
    await store.effect_ledger.reverse(this.key, 2, "cancelled")
    again = await store.effect_ledger.begin_undo(this, DRAFT, operation_timeout=OPERATION_TIMEOUT)
    assert again.state is EffectState.REVERSED


async def test_an_undo_waits_for_an_older_call_than_the_last(store: Store) -> None:
    this, unique = intent("older"), IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE)
    for lasts in (OPERATION_TIMEOUT, AT_ONCE):
        begun = await store.effect_ledger.begin(
            this, unique, operation_timeout=lasts, is_repeatable=False
        )
    await store.effect_ledger.refuse(this.key, begun.attempt, "throttled")
    with pytest.raises(NotSettled):
        await store.effect_ledger.begin_undo(this, unique, operation_timeout=OPERATION_TIMEOUT)


async def test_every_stray_is_on_record_until_it_is_swept(store: Store, database_url: str) -> None:
    this = intent("strays")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    await store.effect_ledger.confirm(this.key, 1, [made("s-1"), made("s-2")])
    await store.effect_ledger.confirm(this.key, 1, [made("s-3")])
    effect = await store.effect_ledger.read(this.key)
    assert effect
    assert effect.strays == (made("s-2"), made("s-3"))
    await store.effect_ledger.sweep(this.key, made("s-2"))
    swept = trail(database_url, this.key)[-1]["what"]
    assert [stray["id"] for stray in swept["strays"]] == ["s-3"]


async def test_of_twenty_who_confirm_the_first_id_wins(store: Store) -> None:
    this = intent("elect")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    confirmed = await asyncio.gather(
        *(store.effect_ledger.confirm(this.key, 1, [made(f"elect-{n}")]) for n in range(20))
    )
    [elected] = {effect.receipt.id for effect in confirmed if effect.receipt}
    effect = await store.effect_ledger.read(this.key)
    assert effect
    assert effect.receipt == made(elected)
    assert {elected, *(stray.id for stray in effect.strays)} == {f"elect-{n}" for n in range(20)}


async def test_a_worker_that_began_sees_what_another_did_since(
    store: Store, database_url: str
) -> None:
    this = intent("overtaken")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    async with open_store(database_url, pool_size=1) as other:
        await other.effect_ledger.confirm(this.key, 1, [made("by the other")])
    late = await store.effect_ledger.confirm(this.key, 1, [made("by us")])
    assert (late.receipt, late.strays) == (made("by the other"), (made("by us"),))
    assert await store.effect_ledger.read(this.key) == late


async def test_a_record_comes_back_as_it_was_written(store: Store) -> None:
    this = intent("whole")
    begun = await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    assert await store.effect_ledger.read(this.key) == begun
    confirmed = await store.effect_ledger.confirm(this.key, 1, [made("w1", m1="w2")])
    assert await store.effect_ledger.read(this.key) == confirmed
    done = await store.effect_ledger.finish(this.key, {"number": "INV-1"})
    assert await store.effect_ledger.of_deal(deal("whole")) == [done]


async def test_every_transition_is_in_the_trail_with_the_run_that_asked(
    store: Store, database_url: str
) -> None:
    this = intent("trail")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    await store.effect_ledger.mark_uncertain(
        this.key, 1, "timed out", settle_time=AT_ONCE, key_tainted=False
    )
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    await store.effect_ledger.refuse(this.key, 2, "no such account")
    entries = trail(database_url, this.key)
    assert [(one["from_state"], one["to_state"], one["attempt"]) for one in entries] == [
        ("planned", "in_flight", 1),
        ("in_flight", "uncertain", 1),
        ("uncertain", "in_flight", 2),
        ("in_flight", "refused", 2),
    ]
    asked = ["deal:hubspot:trail", ""] * 2
    assert [entry_of(one).workflow for one in entries] == asked
    assert entries[-1]["what"]["reason"] == "no such account"


async def test_what_changes_nothing_leaves_no_entry(store: Store, database_url: str) -> None:
    this = intent("quiet")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    for _ in range(3):
        await store.effect_ledger.confirm(this.key, 1, [made("quiet-1")])
        await store.effect_ledger.begin(
            this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
        )
        await store.effect_ledger.finish(this.key, {})
    assert len(trail(database_url, this.key)) == 3


async def test_what_was_made_is_linked_and_its_parts_are_on_record(store: Store) -> None:
    """Redmine's first version is 1, as its first project is."""
    this = intent("tied", kind="pm.work")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    await store.effect_ledger.confirm(this.key, 1, [made("1", w1="1", w2="2")])
    linked = {link.key: link.external_id for link in await store.links.of_deal(deal("tied"))}
    assert linked == {"hubspot:tied": "1"}
    effect = await store.effect_ledger.read(this.key)
    assert effect
    assert effect.receipt == made("1", w1="1", w2="2")


async def test_two_subjects_never_claim_one_document(store: Store) -> None:
    first, second = intent("mine"), intent("yours")
    for each in (first, second):
        await store.effect_ledger.begin(
            each, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
        )
    await store.effect_ledger.confirm(first.key, 1, [made("one-doc")])
    with pytest.raises(Refusal, match="one-doc is already tied to hubspot:mine"):
        await store.effect_ledger.confirm(second.key, 1, [made("one-doc")])
    refused = await store.effect_ledger.read(second.key)
    assert refused
    assert refused.state is EffectState.IN_FLIGHT


async def test_two_deals_never_plan_work_in_one_project(store: Store) -> None:
    first, second = intent("part", kind="pm.work"), intent("part2", kind="pm.work")
    for each in (first, second):
        await store.effect_ledger.begin(
            each, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
        )
    await store.effect_ledger.confirm(first.key, 1, [made("A-1", w1="A-2")])
    with pytest.raises(Refusal, match="A-1 is already tied to hubspot:part"):
        await store.effect_ledger.confirm(second.key, 1, [made("A-1", w1="A-3")])
    assert await store.links.of_deal(deal("part2")) == []


async def test_many_writes_to_one_record_are_many_effects(store: Store) -> None:
    intents = [intent("told", kind="crm.record", part=f":w{n}") for n in range(3)]
    for each in intents:
        await store.effect_ledger.begin(
            each, UPSERT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
        )
    confirmed = await asyncio.gather(
        *(store.effect_ledger.confirm(each.key, 1, [made("record-1")]) for each in intents)
    )
    assert {effect.state for effect in confirmed} == {EffectState.CONFIRMED}
    assert len(await store.links.all_of("crm.record")) == 1


async def test_an_upsert_that_names_one_part_twice_is_refused(store: Store) -> None:
    this = intent("twice", kind="crm.record")
    await store.effect_ledger.begin(
        this, UPSERT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    with pytest.raises(Refusal, match="names one thing twice"):
        await store.effect_ledger.confirm(this.key, 1, [made("R-1", a="P-1", b="P-1")])


async def test_a_thing_that_never_was_stays_gone(store: Store) -> None:
    this = intent("never")
    undo = await store.effect_ledger.begin_undo(this, DRAFT, operation_timeout=OPERATION_TIMEOUT)
    await store.effect_ledger.reverse(this.key, undo.attempt, "the deal was cancelled")
    with pytest.raises(AlreadyReversed):
        await store.effect_ledger.begin(
            this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
        )
    late = await store.effect_ledger.confirm(this.key, 0, [made("late")])
    assert (late.state, late.strays) == (EffectState.REVERSED, (made("late"),))


async def test_a_thing_that_is_gone_gives_its_links_back_and_may_be_made_again(
    store: Store,
) -> None:
    this = intent("again")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=True
    )
    await store.effect_ledger.confirm(this.key, 1, [made("old", m1="old-1")])
    undo = await store.effect_ledger.begin_undo(this, DRAFT, operation_timeout=OPERATION_TIMEOUT)
    await store.effect_ledger.reverse(this.key, undo.attempt, "cancelled")
    assert await store.links.of_deal(deal("again")) == []
    again = await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=True
    )
    await store.effect_ledger.confirm(this.key, again.attempt, [made("new", m1="new-1")])
    link = await store.links.find_by_key("xero", "books", "erp.invoice", "hubspot:again")
    assert link
    assert (link.external_id, again.generation) == ("new", 2)


async def test_nothing_is_confirmed_that_was_never_begun(store: Store) -> None:
    with pytest.raises(Refusal, match="not on record"):
        await store.effect_ledger.confirm(intent("unknown").key, 1, [made("x")])


async def test_the_ledger_rebuilt_from_its_trail_is_the_ledger(
    store: Store, database_url: str
) -> None:
    this = intent("rebuilt")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=True
    )
    await store.effect_ledger.mark_uncertain(
        this.key, 1, "reset", settle_time=AT_ONCE, key_tainted=True
    )
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=True
    )
    await store.effect_ledger.confirm(this.key, 2, [made("r-1", m1="r-2")])
    effect = await store.effect_ledger.finish(this.key, {"gross": "1.00 EUR"})
    entries = trail(database_url, this.key)
    last = entries[-1]
    rebuilt: dict[str, object] = {
        "key": {
            **dict(
                zip(
                    ("system", "tenant"),
                    entries[0]["what"].pop("account").split(" ", 1),
                    strict=True,
                )
            ),
            "kind": last["entity"],
            "subject": entry_of(last).key,
        },
        "deal": last["deal"],
        "state": last["to_state"],
        "attempt": last["attempt"],
        "first_sent": entries[0]["at"],
        "digest": this.digest,
    }
    for entry in entries:
        rebuilt |= entry["what"]
    said = {name: value for name, value in rebuilt.items() if value is not None}
    assert effect.receipt
    bare = effect.receipt.model_copy(update={"url": ""})
    assert Effect.model_validate(said) == effect.model_copy(update={"receipt": bare})
