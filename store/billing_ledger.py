"""Contracts and claims in PostgreSQL. The rules of a claim are those of domain.claim_transitions.

A step is as in the effect ledger: read, decide, write if nothing changed, else decide again. The
contract with all its claims must not change, since the safety bound is a rule over them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from domain import claim_transitions
from domain.actor import Actor
from domain.baseline import Baseline
from domain.claim import Claim, Proof
from domain.effect import Effect, EffectKey
from domain.ids import CustomerKey, DealId, ExternalId, ItemKey, Subject
from domain.money import Money
from domain.refusal import Refusal
from ports.billing_ledger import OpenContract
from store import claim_rows, contracts
from store.database import Database, Session
from store.effect_ledger import change_effect

Step = Callable[[Claim, Money, Sequence[Claim]], Claim]


class PgBillingLedger:
    """Fills ports.billing_ledger.BillingLedger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def agree(self, baseline: Baseline, *, now: datetime) -> None:
        async with self._database.session() as session:
            if await contracts.put(session, baseline, now=now):
                return
            while True:
                page = await contracts.read(session, baseline.deal)
                if page.terms == baseline and not page.is_over:
                    return
                claim_transitions.amend(page.terms, baseline, page.claims)
                if await contracts.replace(session, page, baseline, now=now):
                    return

    async def claim(self, claim: Claim, *, now: datetime) -> Claim:
        async with self._database.session() as session:
            while True:
                page = await contracts.read(session, claim.deal)
                opened = claim_transitions.open_claim(claim, page.terms.value, page.claims)
                if await claim_rows.write(session, page, opened, now=now):
                    return opened

    async def permit(self, subject: Subject, *, now: datetime) -> Claim:
        async with self._database.session() as session:
            return await _advance(session, subject, claim_transitions.permit, now=now)

    async def record_issued(
        self, subject: Subject, effect: EffectKey, proof: Proof, *, now: datetime
    ) -> Claim:
        def finish(effect: Effect, _: datetime) -> Effect:
            return claim_transitions.finish(effect, proof)

        async with self._database.transaction() as session:
            claim = await _advance(
                session, subject, lambda it, *_: claim_transitions.issue(it, proof), now=now
            )
            await change_effect(session, effect, finish, {})
            return claim

    async def record_payment(self, subject: Subject, *, paid: Money, now: datetime) -> None:
        async with self._database.session() as session:
            await _advance(
                session, subject, lambda it, *_: claim_transitions.settle(it, paid), now=now
            )

    async def record_credit(
        self, subject: Subject, *, net: Money, credit_note: Subject, by: Actor, now: datetime
    ) -> None:
        async with self._database.transaction() as session:
            credited = await _advance(session, subject, lambda it, *_: it, now=now)
            if await claim_rows.put_credit(session, credited, net, credit_note, by=by, now=now):
                await _advance(
                    session, subject, lambda it, *_: claim_transitions.credit(it, net), now=now
                )

    async def release(self, claim: Claim, *, reason: str, now: datetime) -> None:
        async with self._database.session() as session:
            while page := await contracts.find(session, claim.deal):
                after = claim_transitions.release(page.claim(claim.subject) or claim)
                if await claim_rows.write(session, page, after, now=now, reason=reason):
                    return
            # Without a contract nobody can claim it: there is no late attempt to keep from it.

    async def baseline(self, deal: DealId) -> Baseline:
        async with self._database.session() as session:
            return (await contracts.read(session, deal)).terms

    async def claims(self, deal: DealId) -> Sequence[Claim]:
        async with self._database.session() as session:
            return await claim_rows.of_deal(session, deal)

    async def find_claim(self, subject: Subject) -> Claim | None:
        async with self._database.session() as session:
            return await claim_rows.read(session, subject)

    async def open_contracts(self) -> Sequence[OpenContract]:
        async with self._database.session() as session:
            found = await session.all(contracts.AWAITING)
        return [
            OpenContract(
                deal=DealId(row["deal"]),
                project=ExternalId(row["external_id"]),
                claimed=frozenset(map(ItemKey, row["claimed"])),
            )
            for row in found
        ]

    async def close(self, deal: DealId, *, by: Actor, reason: str, now: datetime) -> None:
        async with self._database.session() as session:
            await contracts.end(session, deal, by=by, reason=reason, now=now)

    async def is_customer_shared(self, customer: CustomerKey, deal: DealId) -> bool:
        async with self._database.session() as session:
            return await session.one(contracts.SHARED, customer=customer, deal=deal) is not None


async def _advance(session: Session, subject: Subject, step: Step, *, now: datetime) -> Claim:
    while page := await contracts.find_by_claim(session, subject):
        [before] = [claim for claim in page.claims if claim.subject == subject]
        after = step(before, page.terms.value, page.claims)
        if await claim_rows.write(session, page, after, now=now):
            return after
    raise Refusal(f"{subject} was never claimed: claim the item before anything else")
