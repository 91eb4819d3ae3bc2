"""Charges are billed once, and never for more than the contract is worth."""

import asyncio

import pytest

from domain.claim import ClaimedBill, ClaimState, ContractValueExceeded
from domain.effect import EffectState
from domain.ids import CustomerKey, ExternalId
from domain.refusal import Refusal
from domain.stage import Stage
from ports.links import Link
from store import Store
from tests.actors import GRACE
from tests.store.values import (
    DRAFT,
    NOW,
    OPERATION_TIMEOUT,
    baseline,
    bill,
    credit,
    deal,
    eur,
    intent,
    later,
    made,
    proof,
    settled,
    trail,
)


async def claimed(store: Store, name: str, net: str | int = 400) -> ClaimedBill:
    await store.billing_ledger.agree(baseline(name), now=NOW)
    return await store.billing_ledger.claim(bill(name, "m1", net), now=NOW)


async def issued(store: Store, name: str, net: str | int = 400) -> ClaimedBill:
    opened = await claimed(store, name, net)
    await store.billing_ledger.permit(opened.subject, now=NOW)
    this = intent(name, part=":m1:r1")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    await store.effect_ledger.confirm(this.key, 1, [made(f"doc-{name}")])
    return await store.billing_ledger.record_issued(
        opened.subject, this.key, proof(f"doc-{name}", net), now=NOW
    )


def failures(outcomes: list[ClaimedBill | BaseException]) -> list[type[BaseException]]:
    return [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)]


async def test_of_two_claims_of_one_charge_one_lives(store: Store) -> None:
    await store.billing_ledger.agree(baseline("charge"), now=NOW)
    outcomes = await asyncio.gather(
        *(
            store.billing_ledger.claim(bill("charge", "m1", 400, revision), now=NOW)
            for revision in (1, 2)
        ),
        return_exceptions=True,
    )
    assert failures(outcomes) == [Refusal]
    assert len(await store.billing_ledger.bills(deal("charge"))) == 1


async def test_claiming_twenty_times_is_once(store: Store, database_url: str) -> None:
    await store.billing_ledger.agree(baseline("twenty"), now=NOW)
    wanted = bill("twenty", "m1", "400.10")
    answers = await asyncio.gather(
        *(store.billing_ledger.claim(wanted, now=NOW) for _ in range(20))
    )
    assert answers == [wanted] * 20
    assert len(trail(database_url, wanted.subject)) == 1


async def test_a_race_of_permits_never_breaks_the_bound(store: Store) -> None:
    await store.billing_ledger.agree(baseline("bound", 1000, charges=20), now=NOW)
    wanted = [bill("bound", f"m{n}", 300) for n in range(1, 21)]
    await asyncio.gather(*(store.billing_ledger.claim(each, now=NOW) for each in wanted))
    outcomes = await asyncio.gather(
        *(store.billing_ledger.permit(each.subject, now=NOW) for each in wanted),
        return_exceptions=True,
    )
    assert failures(outcomes) == [ContractValueExceeded] * 17
    states = [each.state for each in await store.billing_ledger.bills(deal("bound"))]
    assert states.count(ClaimState.PERMITTED) == 3


async def test_a_claim_and_its_effect_are_closed_together(store: Store) -> None:
    closed = await issued(store, "closed")
    assert closed.state is ClaimState.ISSUED
    assert await store.billing_ledger.find_bill(closed.subject) == closed
    effect = await store.effect_ledger.read(intent("closed", part=":m1:r1").key)
    assert effect
    assert (effect.state, effect.proof["net"]) == (EffectState.DONE, "400.00 EUR")


async def test_a_claim_stays_open_where_its_effect_cannot_close(store: Store) -> None:
    opened = await claimed(store, "half")
    await store.billing_ledger.permit(opened.subject, now=NOW)
    with pytest.raises(Refusal, match="not on record"):
        await store.billing_ledger.record_issued(
            opened.subject, intent("half").key, proof("doc-half", 400), now=NOW
        )
    left = await store.billing_ledger.find_bill(opened.subject)
    assert left
    assert left.state is ClaimState.PERMITTED


async def test_a_document_that_was_not_elected_closes_nothing(store: Store) -> None:
    closed = await claimed(store, "stray")
    await store.billing_ledger.permit(closed.subject, now=NOW)
    this = intent("stray", part=":m1:r1")
    await store.effect_ledger.begin(
        this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
    await store.effect_ledger.confirm(this.key, 1, [made("elected")])
    with pytest.raises(Refusal, match="elected elected, but INV-stray was issued"):
        await store.billing_ledger.record_issued(
            closed.subject, this.key, proof("stray", 400), now=NOW
        )


@pytest.mark.parametrize("net", ["399.99", "400.01"])
async def test_a_document_that_is_a_cent_off_is_not_put_on_record(store: Store, net: str) -> None:
    opened = await claimed(store, f"cent{net}")
    await store.billing_ledger.permit(opened.subject, now=NOW)
    with pytest.raises(Refusal, match=r"claimed at 400\.00 EUR"):
        await store.billing_ledger.record_issued(
            opened.subject, intent("cent").key, proof("d", net), now=NOW
        )


async def test_a_bill_is_issued_only_with_a_permit(store: Store) -> None:
    opened = await claimed(store, "unpermitted")
    with pytest.raises(Refusal, match="must be permitted"):
        await store.billing_ledger.record_issued(
            opened.subject, intent("x").key, proof("d", 400), now=NOW
        )


async def test_a_released_claim_frees_its_charge_and_its_value(store: Store) -> None:
    opened = await claimed(store, "freed", 1000)
    await store.billing_ledger.permit(opened.subject, now=NOW)
    for _ in range(2):
        await store.billing_ledger.release(opened, reason="cancelled", now=later(1))
    again = await store.billing_ledger.claim(bill("freed", "m1", 1000, 2), now=later(2))
    assert (
        await store.billing_ledger.permit(again.subject, now=later(3))
    ).state is ClaimState.PERMITTED


async def test_releasing_what_was_never_claimed_is_no_failure(store: Store) -> None:
    nobodys = bill("nobody", "m1", 400)
    await store.billing_ledger.release(nobodys, reason="undo", now=NOW)
    assert await store.billing_ledger.find_bill(nobodys.subject) is None


async def test_a_late_attempt_does_not_open_a_released_claim_again(store: Store) -> None:
    opened = await claimed(store, "late")
    await store.billing_ledger.release(opened, reason="withdrawn", now=later(1))
    with pytest.raises(Refusal, match="was withdrawn: bill it as a new revision"):
        await store.billing_ledger.claim(bill("late", "m1", 400), now=later(2))
    after = await store.billing_ledger.find_bill(opened.subject)
    assert after
    assert after.state is ClaimState.RELEASED


async def test_a_late_attempt_does_not_open_a_claim_that_was_released_before_it_came(
    store: Store, database_url: str
) -> None:
    await store.billing_ledger.agree(baseline("never"), now=NOW)
    never = bill("never", "m1", 400)
    await store.billing_ledger.release(never, reason="withdrawn", now=later(1))
    with pytest.raises(Refusal, match="was withdrawn"):
        await store.billing_ledger.claim(never, now=later(2))
    [entry] = trail(database_url, never.subject)
    assert (entry["to_state"], entry["reason"]) == ("released", "withdrawn")
    await store.billing_ledger.claim(bill("never", "m1", 400, 2), now=later(3))


async def test_whoever_comes_first_a_released_claim_stays_released(store: Store) -> None:
    await store.billing_ledger.agree(baseline("race", charges=20), now=NOW)
    wanted = [bill("race", f"m{number}", 1) for number in range(1, 21)]
    late = [store.billing_ledger.claim(each, now=NOW) for each in wanted]
    freed = [store.billing_ledger.release(each, reason="withdrawn", now=NOW) for each in wanted]
    await asyncio.gather(*late, *freed, return_exceptions=True)
    assert {each.state for each in await store.billing_ledger.bills(deal("race"))} == {
        ClaimState.RELEASED
    }


async def test_a_document_is_taken_back_only_by_credits(store: Store) -> None:
    closed = await issued(store, "credited")
    with pytest.raises(Refusal, match="only a credit"):
        await store.billing_ledger.release(closed, reason="cancelled", now=NOW)
    for by, net in (("c1", 100), ("c1", 100), ("c2", 300)):
        await store.billing_ledger.record_credit(closed.subject, credit(by, net), now=later(1))
    after = await store.billing_ledger.find_bill(closed.subject)
    assert after
    assert (after.state, after.credited_net, after.used()) == (
        ClaimState.CREDITED,
        eur(400),
        eur(0),
    )


async def test_no_credit_goes_beyond_its_document(store: Store) -> None:
    closed = await issued(store, "beyond")
    with pytest.raises(Refusal, match=r"400\.01 EUR of 400\.00 EUR"):
        await store.billing_ledger.record_credit(closed.subject, credit("b1", "400.01"), now=NOW)
    await store.billing_ledger.record_credit(closed.subject, credit("b1", 400), now=NOW)


async def test_one_credit_is_never_counted_for_two_documents(store: Store) -> None:
    first, second = await issued(store, "one"), await issued(store, "two")
    await store.billing_ledger.record_credit(first.subject, credit("both", 1), now=NOW)
    with pytest.raises(Refusal, match="credit of something else"):
        await store.billing_ledger.record_credit(second.subject, credit("both", 1), now=NOW)


async def test_what_was_paid_is_what_the_erp_says_last(store: Store, database_url: str) -> None:
    closed = await issued(store, "paid")
    for paid in ("100.5", "100.5", "492"):
        await store.billing_ledger.record_settlement(closed.subject, settled(paid), now=later(1))
    after = await store.billing_ledger.find_bill(closed.subject)
    assert after
    assert after.paid == eur(492)
    assert len(trail(database_url, closed.subject)) == 5


async def test_terms_may_change_until_something_is_claimed(store: Store) -> None:
    for value in (1000, 1000, 1200):
        await store.billing_ledger.agree(baseline("terms", value), now=NOW)
    opened = await store.billing_ledger.claim(bill("terms", "m1", 1200), now=NOW)
    await store.billing_ledger.agree(baseline("terms", 1200), now=NOW)
    with pytest.raises(Refusal, match="m1:r1 claimed of it"):
        await store.billing_ledger.agree(baseline("terms", 1300), now=NOW)
    await store.billing_ledger.release(opened, reason="cancelled", now=NOW)
    await store.billing_ledger.agree(baseline("terms", 1300), now=NOW)


async def test_nothing_is_claimed_without_a_contract_or_in_another_currency(store: Store) -> None:
    with pytest.raises(Refusal, match="no contract on record"):
        await store.billing_ledger.claim(bill("none", "m1", 1), now=NOW)
    await store.billing_ledger.agree(baseline("koruna"), now=NOW)
    foreign = bill("koruna", "m1", 1)
    [claim] = foreign.claims
    claim = claim.model_copy(update={"net": eur(1).of(1, "CZK")})
    foreign = foreign.model_copy(update={"claims": (claim,)})
    with pytest.raises(Refusal, match="its contract in EUR"):
        await store.billing_ledger.claim(foreign, now=NOW)


async def test_a_contract_awaits_its_unclaimed_charges_once_it_has_a_project(store: Store) -> None:
    await store.billing_ledger.agree(baseline("waits", charges=2), now=NOW)
    project = Link(
        system="jira",
        tenant="acme.example",
        kind="pm.project",
        key=deal("waits"),
        external_id=ExternalId("10001"),
        deal=deal("waits"),
    )
    assert deal("waits") not in [each.deal for each in await store.billing_ledger.open_contracts()]
    await store.links.add(project, now=NOW)
    await store.billing_ledger.claim(bill("waits", "m1", 400), now=NOW)
    (waits,) = [
        each for each in await store.billing_ledger.open_contracts() if each.deal == deal("waits")
    ]
    assert (waits.project, list(waits.awaited)) == ("10001", ["m2"])
    await store.billing_ledger.claim(bill("waits", "m2", 600), now=NOW)
    assert deal("waits") not in [each.deal for each in await store.billing_ledger.open_contracts()]


async def test_a_contract_that_is_over_shares_no_customer(store: Store) -> None:
    customer = CustomerKey("sk-shared")
    for name in ("left", "right"):
        terms = baseline(name).model_copy(update={"customer": customer})
        await store.billing_ledger.agree(terms, now=NOW)
    assert await store.billing_ledger.is_customer_shared(customer, deal("left"))
    for _ in range(2):
        await store.billing_ledger.close(
            deal("right"), Stage.CLOSED, by=GRACE, reason="it is paid", now=NOW
        )
    assert not await store.billing_ledger.is_customer_shared(customer, deal("left"))


async def test_the_contract_on_record_is_what_was_agreed(store: Store) -> None:
    await store.billing_ledger.agree(baseline("told", "1234.56"), now=NOW)
    assert await store.billing_ledger.baseline(deal("told")) == baseline("told", "1234.56")
    with pytest.raises(Refusal, match="no contract on record"):
        await store.billing_ledger.baseline(deal("untold"))
