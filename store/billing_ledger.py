"""Contracts and claims in PostgreSQL. The rules of a claim are those of domain.claim_transitions.

A step is as in the effect ledger: read, decide, write if nothing changed, else decide again. The
contract with all its claims must not change, since the safety bound is a rule over them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from domain import claim_transitions
from domain.actor import Actor
from domain.baseline import Baseline
from domain.claim import Claim, NotClaimed, Proof
from domain.effect import Effect, EffectKey
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, Subject
from domain.money import Money
from domain.refusal import Refusal
from ports.billing_ledger import OpenContract
from store import claim_rows, contracts
from store.contracts import ContractSnapshot
from store.database import Database, Session
from store.effect_ledger import PgEffectLedger

_KEPT: Final = 1000
Step = Callable[[Claim, Money, Sequence[Claim]], Claim]


class PgBillingLedger:
    """Fills ports.billing_ledger.BillingLedger.

    It keeps each contract as it wrote it last, so that the next step need not read it: if
    something changed meanwhile, the version shows it, and the contract is read after all.
    """

    def __init__(self, database: Database, effect_ledger: PgEffectLedger) -> None:
        self._database = database
        self._effect_ledger = effect_ledger
        self._seen: dict[DealId, ContractSnapshot] = {}
        self._deals: dict[Subject, DealId] = {}

    async def agree(self, baseline: Baseline, *, now: datetime) -> None:
        async with self._database.session() as session:
            if await contracts.put(session, baseline, now=now):
                return
            while True:
                page = await contracts.read(session, baseline.deal)
                if page.is_archived:
                    raise Refusal(
                        f"{baseline.deal} is archived: sell the rest as a new deal, or bring its"
                        " effects back (docs/runbook.md, The database grows)"
                    )
                if page.terms == baseline and not page.is_over:
                    return
                claim_transitions.amend(page.terms, baseline, page.claims)
                if await contracts.replace(session, page, baseline, now=now):
                    return

    async def claim(self, claim: Claim, *, now: datetime) -> Claim:
        async with self._database.session() as session:
            seen = self._seen.get(claim.deal)
            with suppress(Refusal):  # as below
                after = await _open(session, seen, claim, now=now) if seen else None
                if after and after is not seen:
                    return self._remember(after, claim.subject)
            while True:
                page = await contracts.read(session, claim.deal)
                if after := await _open(session, page, claim, now=now):
                    return self._remember(after, claim.subject)

    async def permit(self, subject: Subject, *, now: datetime) -> Claim:
        return await self._advance(subject, claim_transitions.permit, now=now)

    async def record_issued(
        self, subject: Subject, effect: EffectKey, proof: Proof, *, now: datetime
    ) -> Claim:
        def finish(effect: Effect, _: datetime) -> Effect:
            return claim_transitions.finish(effect, proof)

        def issue(claim: Claim, *_: object) -> Claim:
            return claim_transitions.issue(claim, proof)

        async with self._database.transaction() as session:
            page = await _advance(session, subject, issue, self._seen_of(subject), now=now)
            await self._effect_ledger.finish_within(session, effect, finish)
        return self._remember(page, subject)

    async def record_payment(self, subject: Subject, *, paid: Money, now: datetime) -> None:
        await self._advance(subject, lambda it, *_: claim_transitions.settle(it, paid), now=now)

    async def record_credit(
        self, subject: Subject, *, net: Money, credit_note: Subject, by: Actor, now: datetime
    ) -> None:
        async with self._database.transaction() as session:
            page = await _advance(session, subject, lambda it, *_: it, None, now=now)
            claim = page.claim_of(subject)
            if await claim_rows.put_credit(session, claim, net, credit_note, by=by, now=now):
                await _advance(
                    session,
                    subject,
                    lambda it, *_: claim_transitions.credit(it, net),
                    page,
                    now=now,
                )

    async def _advance(self, subject: Subject, step: Step, *, now: datetime) -> Claim:
        async with self._database.session() as session:
            page = await _advance(session, subject, step, self._seen_of(subject), now=now)
        return self._remember(page, subject)

    def _seen_of(self, subject: Subject) -> ContractSnapshot | None:
        return self._seen.get(self._deals.get(subject, DealId("")))

    def _remember(self, page: ContractSnapshot, subject: Subject) -> Claim:
        """Remember the newest; bills of a contract are made side by side."""
        deal = page.terms.deal
        if len(self._deals) > _KEPT:
            self._deals.clear()
            self._seen.clear()
        known = self._seen.get(deal)
        if known is None or known.version < page.version:
            self._seen[deal] = page
        self._deals[subject] = deal
        return page.claim_of(subject)

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
                claimed=frozenset(map(ChargeId, row["claimed"] or ())),
            )
            for row in found
        ]

    async def close(self, deal: DealId, *, by: Actor, reason: str, now: datetime) -> None:
        async with self._database.session() as session:
            await contracts.end(session, deal, by=by, reason=reason, now=now)

    async def is_customer_shared(self, customer: CustomerKey, deal: DealId) -> bool:
        async with self._database.session() as session:
            return await session.one(contracts.SHARED, customer=customer, deal=deal) is not None


async def _advance(
    session: Session,
    subject: Subject,
    step: Step,
    seen: ContractSnapshot | None,
    *,
    now: datetime,
) -> ContractSnapshot:
    """Take a step of a claim, from what was seen if it still is so; return what is on record."""
    with suppress(Refusal):  # what is on record may allow what was seen does not
        after = await _write(session, seen, subject, step, now=now) if seen else None
        if after and after is not seen:  # only a write shows that it still was so
            return after
    while page := await contracts.find_by_claim(session, subject):
        if after := await _write(session, page, subject, step, now=now):
            return after
    raise NotClaimed(subject)


async def _open(
    session: Session, page: ContractSnapshot, claim: Claim, *, now: datetime
) -> ContractSnapshot | None:
    opened = claim_transitions.open_claim(claim, page.terms.value, page.claims)
    return await claim_rows.write(session, page, opened, now=now)


async def _write(
    session: Session, page: ContractSnapshot, subject: Subject, step: Step, *, now: datetime
) -> ContractSnapshot | None:
    after = step(page.claim_of(subject), page.terms.value, page.claims)
    return await claim_rows.write(session, page, after, now=now)
