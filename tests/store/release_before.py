"""What a worker of the release before does, with that release's own `store`.

Run by test_release_before.py on the code of that commit; so it is written for its ports.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from domain.actor import CASHWARD, Actor, Verification
from domain.attention import Action, Attention, Decision
from domain.baseline import Baseline
from domain.charge import Charge, ChargeStatus, Source, Standing
from domain.claim import Claim, ClaimedBill, Proof, Settlement
from domain.command import CommandName, CommandOutcome, CommandRecord
from domain.effect import EffectKey, EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, LineId, Subject
from domain.money import Money
from domain.responsibility import Party
from domain.stage import Stage
from ports.billing_ledger import CreditOnRecord
from ports.effect_ledger import Intent
from ports.links import Link
from store import Store, open_store

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DEAL = DealId("hubspot:before")
GRACE = Actor(subject="uid:7@here", display_name="grace", verified_by=Verification.UNVERIFIED)


async def main(url: str) -> None:
    async with open_store(url, pool_size=2) as store:
        await bill(store)
        await reverse(store)
        await attend(store)
        await store.cursors.advance("crm", NOW)
        link = Link(
            system="jira",
            tenant="T1",
            kind="pm.project",
            key=DEAL,
            external_id=ExternalId("P1"),
            deal=DEAL,
        )
        await store.links.add(link, now=NOW)
        assert [each.deal for each in await store.billing_ledger.open_contracts()] == [DEAL]
        await store.billing_ledger.close(DEAL, Stage.CANCELLED, by=GRACE, reason="lost", now=NOW)
        assert len(await store.effect_ledger.of_deal(DEAL)) == 2
        assert await store.audit_trail.of_deal(DEAL)


def key_of(kind: str, system: str, subject: Subject) -> EffectKey:
    return EffectKey(system=system, tenant="T1", kind=EffectKind(kind), subject=subject)


async def begin(store: Store, key: EffectKey) -> int:
    intent = Intent(key=key, deal=DEAL, digest="d", workflow=f"billing:{DEAL}:m1:r1", run="r")
    policy = IdempotencyPolicy(strategy=Strategy.DRAFT)
    effect = await store.effect_ledger.begin(
        intent, policy, operation_timeout=timedelta(seconds=1), is_repeatable=True
    )
    return effect.attempt


async def bill(store: Store) -> None:
    books, net, nothing = store.billing_ledger, Money.of(100, "EUR"), Money.zero("EUR")
    today = NOW.date()
    charges = tuple(
        Charge(
            id=ChargeId(f"m{number}"),
            line=LineId(f"m{number}"),
            description=f"Phase {number}",
            quantity=Decimal(1),
            unit_price=net.amount,
            net=net,
            due=today,
            source=Source(system="hubspot", id="before", version="1"),
        )
        for number in (1, 2, 3)
    )
    terms = Baseline(
        deal=DEAL, customer=CustomerKey("c"), value=Money.of(300, "EUR"), charges=charges
    )
    await books.agree(terms, now=NOW)
    subject = Subject(f"{DEAL}:m1:r1")
    claim = Claim(charge=ChargeId("m1"), revision=1, net=net)
    await books.claim(
        ClaimedBill(subject=subject, deal=DEAL, key="m1", revision=1, claims=(claim,)), now=NOW
    )
    key = key_of("erp.invoice", "xero", subject)
    attempt = await begin(store, key)
    made = Receipt(id=ExternalId("D1"), parts={"line": ExternalId("L1")})
    await store.effect_ledger.confirm(key, attempt, [made])
    await books.permit(subject, now=NOW)
    proof = Proof(
        document=ExternalId("D1"),
        number="INV-1",
        issued_on=today,
        due_on=today,
        net=net,
        tax=nothing,
        gross=net,
    )
    await books.record_issued(subject, key, proof, now=NOW)
    await books.record_settlement(subject, Settlement(paid=net, credited=nothing), now=NOW)
    credit = CreditOnRecord(subject=Subject("c1"), net=net, charges=(claim.charge,), by=CASHWARD)
    await books.record_credit(subject, credit, now=NOW)
    held = Standing.held("it is disputed")
    status = ChargeStatus(charge=charges[1], since=NOW, **held.model_dump())
    await books.move_charges(DEAL, [status], now=NOW)
    listed = await store.finance_lists.unbilled(held.state)
    assert [each.charge for each in listed] == ["m1", "m2"]
    assert await store.deal_registry.may_start(DEAL, now=NOW)


async def reverse(store: Store) -> None:
    key = key_of("pm.project", "jira", Subject(DEAL))
    attempt = await begin(store, key)
    await store.effect_ledger.mark_uncertain(
        key, attempt, "lost", settle_time=timedelta(0), key_tainted=False
    )
    intent = Intent(key=key, deal=DEAL, digest="d")
    policy = IdempotencyPolicy(strategy=Strategy.DRAFT)
    undo = await store.effect_ledger.begin_undo(
        intent, policy, operation_timeout=timedelta(seconds=1)
    )
    await store.effect_ledger.reverse(key, undo.attempt, "cancelled")


async def attend(store: Store) -> None:
    filed = Attention(
        key="preflight",
        workflow=f"handoff:{DEAL}",
        deal=DEAL,
        kind="preflight",
        what="incomplete",
        why="scope",
        responsible=(Party.DEAL_OWNER,),
        since=NOW,
        actions=(Action.RETRY,),
    )
    await store.attention_queue.add(filed, now=NOW)
    decision = Decision(action=Action.RETRY, by=GRACE, reason="mended")
    await store.attention_queue.resolve(filed.workflow, filed.key, decision, now=NOW)
    command = CommandRecord(
        id="request-1",
        deal=DEAL,
        command=CommandName.APPROVE,
        actor=GRACE,
        outcome=CommandOutcome.ACCEPTED,
        charge="m1",
        reason="fits",
        answer="approved",
        workflow=f"billing:{DEAL}:m1:r1",
    )
    for _ in range(2):
        await store.audit_trail.record(command, now=NOW)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
