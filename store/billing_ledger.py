"""Contracts and bills in PostgreSQL. The rules of a claim are those of domain.claim_transitions.

A step is as in the effect ledger: read, decide, write if nothing changed, else decide again. The
contract with all its bills must not change, since the safety bound is a rule over them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from domain import claim_transitions
from domain.actor import Actor
from domain.baseline import Baseline
from domain.charge import ChargeStatus
from domain.claim import ClaimedBill, NotClaimed, Proof, Settlement
from domain.effect import Effect, EffectKey
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, Subject
from domain.money import Money
from domain.refusal import Refusal
from domain.stage import Stage
from ports.billing_ledger import CreditOnRecord, OpenContract
from store import bill_rows, charge_rows, contracts
from store.contracts import ContractSnapshot
from store.database import Database, Session
from store.effect_ledger import PgEffectLedger

_KEPT: Final = 1000
Step = Callable[[ClaimedBill, Money, Sequence[ClaimedBill]], ClaimedBill]


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
            if await contracts.put_terms(session, baseline, now=now):
                return
            while True:
                page = await contracts.read(session, baseline.deal)
                if page.is_archived:
                    raise Refusal(
                        f"{baseline.deal} is archived: sell the rest as a new deal, or bring its"
                        " effects back (docs/runbook.md, The database grows)"
                    )
                agreed = await contracts.read_terms(session, page)
                if agreed == baseline and not page.is_over:
                    return
                claim_transitions.amend(agreed, baseline, page.bills)
                if await contracts.replace(session, page, agreed, baseline, now=now):
                    return

    async def move_charges(
        self, deal: DealId, statuses: Sequence[ChargeStatus], *, now: datetime
    ) -> None:
        async with self._database.session() as session:
            await charge_rows.move(session, deal, statuses, now=now)

    async def claim(self, bill: ClaimedBill, *, now: datetime) -> ClaimedBill:
        async with self._database.session() as session:
            seen = self._seen.get(bill.deal)
            with suppress(Refusal):  # as below
                after = await _open(session, seen, bill, now=now) if seen else None
                if after and after is not seen:
                    return self._remember(after, bill.subject)
            while True:
                page = await contracts.read(session, bill.deal)
                if after := await _open(session, page, bill, now=now):
                    return self._remember(after, bill.subject)

    async def permit(self, subject: Subject, *, now: datetime) -> ClaimedBill:
        return await self._advance(subject, claim_transitions.permit, now=now)

    async def record_issued(
        self, subject: Subject, effect: EffectKey, proof: Proof, *, now: datetime
    ) -> ClaimedBill:
        def finish(effect: Effect, _: datetime) -> Effect:
            return claim_transitions.finish(effect, proof)

        def issue(bill: ClaimedBill, *_: object) -> ClaimedBill:
            return claim_transitions.issue(bill, proof)

        async with self._database.transaction() as session:
            page = await _advance(session, subject, issue, self._seen_of(subject), now=now)
            await self._effect_ledger.finish_within(session, effect, finish)
        return self._remember(page, subject)

    async def record_settlement(
        self, subject: Subject, said: Settlement, *, now: datetime
    ) -> ClaimedBill:
        return await self._advance(
            subject, lambda bill, *_: claim_transitions.settle(bill, said), now=now
        )

    async def record_credit(
        self, subject: Subject, credit: CreditOnRecord, *, now: datetime
    ) -> None:
        async with self._database.transaction() as session:
            while page := await contracts.find_by_bill(session, subject):
                bill = page.bill_of(subject)
                if await bill_rows.has_credit(session, bill, credit):
                    return None
                after = claim_transitions.credit(bill, credit.net, credit.charges)
                if await bill_rows.write(session, page, after, now=now):
                    return await bill_rows.put_credit(session, after, credit, now=now)
        raise NotClaimed(subject)

    async def void(self, subject: Subject, *, now: datetime) -> ClaimedBill:
        return await self._advance(subject, lambda bill, *_: claim_transitions.void(bill), now=now)

    async def _advance(self, subject: Subject, step: Step, *, now: datetime) -> ClaimedBill:
        async with self._database.session() as session:
            page = await _advance(session, subject, step, self._seen_of(subject), now=now)
        return self._remember(page, subject)

    def _seen_of(self, subject: Subject) -> ContractSnapshot | None:
        return self._seen.get(self._deals.get(subject, DealId("")))

    def _remember(self, page: ContractSnapshot, subject: Subject) -> ClaimedBill:
        """Remember the newest; bills of a contract are made side by side."""
        deal = page.terms.deal
        if len(self._deals) > _KEPT:
            self._deals.clear()
            self._seen.clear()
        known = self._seen.get(deal)
        if known is None or known.version < page.version:
            self._seen[deal] = page
        self._deals[subject] = deal
        return page.bill_of(subject)

    async def release(self, bill: ClaimedBill, *, reason: str, now: datetime) -> None:
        async with self._database.session() as session:
            while page := await contracts.find(session, bill.deal):
                after = claim_transitions.release(page.bill(bill.subject) or bill)
                if await bill_rows.write(session, page, after, now=now, reason=reason):
                    return
            # Without a contract nobody can claim it: there is no late attempt to keep from it.

    async def baseline(self, deal: DealId) -> Baseline:
        async with self._database.session() as session:
            return await contracts.read_terms(session, await contracts.read(session, deal))

    async def bills(self, deal: DealId) -> Sequence[ClaimedBill]:
        async with self._database.session() as session:
            return await bill_rows.of_deal(session, deal)

    async def find_bill(self, subject: Subject) -> ClaimedBill | None:
        async with self._database.session() as session:
            return await bill_rows.read(session, subject)

    async def open_contracts(self) -> Sequence[OpenContract]:
        async with self._database.session() as session:
            found = await session.all(contracts.AWAITING)
        return [
            OpenContract(
                deal=DealId(row["deal"]),
                project=ExternalId(row["external_id"]),
                awaited=frozenset(map(ChargeId, row["awaited"])),
            )
            for row in found
        ]

    async def close(
        self, deal: DealId, stage: Stage, *, by: Actor, reason: str, now: datetime
    ) -> None:
        async with self._database.session() as session:
            await contracts.end(session, deal, stage, by=by, reason=reason, now=now)

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
    """Take a step of a bill, from what was seen if it still is so; return what is on record."""
    with suppress(Refusal):  # what is on record may allow what was seen does not
        after = await _write(session, seen, subject, step, now=now) if seen else None
        if after and after is not seen:  # only a write shows that it still was so
            return after
    while page := await contracts.find_by_bill(session, subject):
        if after := await _write(session, page, subject, step, now=now):
            return after
    raise NotClaimed(subject)


async def _open(
    session: Session, page: ContractSnapshot, bill: ClaimedBill, *, now: datetime
) -> ContractSnapshot | None:
    opened = claim_transitions.open_bill(bill, page.terms.value, page.bills)
    return await bill_rows.write(session, page, opened, now=now)


async def _write(
    session: Session, page: ContractSnapshot, subject: Subject, step: Step, *, now: datetime
) -> ContractSnapshot | None:
    after = step(page.bill_of(subject), page.terms.value, page.bills)
    return await bill_rows.write(session, page, after, now=now)
