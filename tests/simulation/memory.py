"""Both ledgers in memory, on the same pure steps as the real ones; a call may fail around them.

Between two awaits nothing else runs, so each call is a transaction. The books are short of what the
story does not ask.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from domain import claim_transitions
from domain.actor import Actor
from domain.baseline import Baseline
from domain.charge import ChargeStatus
from domain.claim import ClaimedBill, Proof, Settlement
from domain.command import CommandRecord
from domain.effect import LEFT_NOTHING, Effect, EffectKey, IdempotencyPolicy, OtherAccount, Receipt
from domain.ids import CustomerKey, DealId, ExternalId, Subject
from domain.money import Money
from domain.refusal import Refusal
from domain.stage import Stage
from ports.billing_ledger import CreditOnRecord, OpenContract
from ports.effect_ledger import Intent
from ports.links import Link
from store import StoreUnavailable
from tests.simulation.virtual import now, seconds

T = TypeVar("T")


class DatabaseFaults:
    """A database that sometimes fails: before the commit, or after it with the answer lost."""

    def __init__(self, chance: Random, rate: float, until: float) -> None:
        self._chance = chance
        self._rate = rate
        self._until = until

    async def around(self, transaction: Callable[[], T]) -> T:
        await asyncio.sleep(self._chance.random() * 0.01)
        draw = self._chance.random() if seconds() < self._until else 1.0
        if draw < self._rate / 2:
            raise StoreUnavailable("before the commit")
        answer = transaction()
        if draw < self._rate:
            raise StoreUnavailable("after the commit")
        return answer


class MemoryLedger:
    """Fills ports.effect_ledger.EffectLedger, and remembers every id that was ever on record."""

    def __init__(self, faults: DatabaseFaults) -> None:
        self.effects: dict[EffectKey, Effect] = {}
        self.elected: dict[EffectKey, list[Receipt]] = {}
        self._faults = faults
        self._is_restored = False

    async def begin(
        self,
        intent: Intent,
        idempotency: IdempotencyPolicy,
        *,
        operation_timeout: timedelta,
        is_repeatable: bool,
    ) -> Effect:
        def start(effect: Effect) -> Effect:
            return effect.start(
                intent.digest,
                idempotency,
                now=now(),
                operation_timeout=operation_timeout,
                is_repeatable=is_repeatable,
            )

        return await self._put(intent, start)

    async def begin_undo(
        self, intent: Intent, idempotency: IdempotencyPolicy, *, operation_timeout: timedelta
    ) -> Effect:
        def start(effect: Effect) -> Effect:
            return effect.start_undo(idempotency, now=now(), operation_timeout=operation_timeout)

        return await self._put(intent, start)

    async def confirm(self, key: EffectKey, attempt: int, found: Sequence[Receipt]) -> Effect:
        return await self._step(key, lambda effect: effect.confirm(attempt, found))

    async def mark_uncertain(
        self,
        key: EffectKey,
        attempt: int,
        reason: str,
        *,
        settle_time: timedelta,
        key_tainted: bool,
    ) -> None:
        await self._step(
            key,
            lambda effect: effect.mark_uncertain(
                attempt, reason, until=now() + settle_time, key_tainted=key_tainted
            ),
        )

    async def refuse(self, key: EffectKey, attempt: int, reason: str) -> None:
        await self._step(key, lambda effect: effect.refuse(attempt, reason))

    async def finish(self, key: EffectKey, proof: dict[str, str]) -> Effect:
        return await self._step(key, lambda effect: effect.finish(proof))

    async def reverse(
        self, key: EffectKey, attempt: int, reason: str, undone: Sequence[Receipt] = ()
    ) -> None:
        await self._step(key, lambda effect: effect.reverse(attempt, reason, undone))

    async def abandon(self, intent: Intent, reason: str) -> None:
        await self._put(intent, lambda effect: effect.abandon(reason, now=now()))

    async def sweep(self, key: EffectKey, stray: Receipt) -> None:
        await self._step(key, lambda effect: effect.sweep(stray))

    async def read(self, key: EffectKey) -> Effect | None:
        return await self._faults.around(lambda: self.effects.get(key))

    async def of_deal(self, deal: DealId) -> Sequence[Effect]:
        return [effect for effect in self.effects.values() if effect.deal == deal]

    async def require_account(self, key: EffectKey, deal: DealId) -> None:
        for effect in await self.of_deal(deal):
            is_here = effect.key.account == key.account
            if effect.key.role == key.role and not is_here and effect.state not in LEFT_NOTHING:
                raise OtherAccount(deal, key.role, there=effect.key.account, here=key.account)

    def finish_now(self, key: EffectKey, proof: Proof) -> None:
        """Finish an effect within a transaction of the billing ledger."""
        self._keep(claim_transitions.finish(self.effects[key], proof))

    async def _step(self, key: EffectKey, step: Callable[[Effect], Effect]) -> Effect:
        return await self._faults.around(lambda: self._keep(step(self.effects[key])))

    def restore(self) -> None:
        """Come back from a backup, with an epoch that doubts it all."""
        self._is_restored = True
        self.effects = {
            key: effect.model_copy(update={"is_doubted": True})
            for key, effect in self.effects.items()
        }

    async def _put(self, intent: Intent, step: Callable[[Effect], Effect]) -> Effect:
        return await self._faults.around(lambda: self._keep(step(self._known(intent))))

    def _known(self, intent: Intent) -> Effect:
        planned = Effect(
            key=intent.key,
            deal=intent.deal,
            digest=intent.digest,
            is_doubted=self._is_restored,
        )
        return self.effects.get(intent.key, planned)

    def _keep(self, effect: Effect) -> Effect:
        self.effects[effect.key] = effect
        if effect.receipt and effect.is_confirmed:
            history = self.elected.setdefault(effect.key, [])
            if effect.receipt not in history:
                history.append(effect.receipt)
        return effect


class MemoryLinks:
    """Fills ports.links.LinkStore."""

    def __init__(self) -> None:
        self.links: list[Link] = []

    async def add(self, link: Link, *, now: datetime) -> None:
        del now
        self.links.append(link)

    async def remove(self, link: Link, command: CommandRecord, *, now: datetime) -> None:
        del command, now
        self.links = [each for each in self.links if each != link]

    async def of_external_id(
        self, system: str, tenant: str, kind: str, external_id: ExternalId
    ) -> Sequence[Link]:
        wanted = (system, tenant, kind, external_id)
        return [x for x in self.links if (x.system, x.tenant, x.kind, x.external_id) == wanted]

    async def find_by_key(self, system: str, tenant: str, kind: str, ours: str) -> Link | None:
        wanted = (system, tenant, kind, ours)
        found = (x for x in self.links if (x.system, x.tenant, x.kind, x.key) == wanted)
        return next(found, None)

    async def of_key(self, kind: str, key: str) -> Sequence[Link]:
        return [link for link in self.links if (link.kind, link.key) == (kind, key)]

    async def all_of(self, kind: str) -> Sequence[Link]:
        return [link for link in self.links if link.kind == kind]

    async def of_deal(self, deal: DealId) -> Sequence[Link]:
        return [link for link in self.links if link.deal == deal]


class MemoryBillingLedger:
    """Fills ports.billing_ledger.BillingLedger for one deal."""

    def __init__(self, ledger: MemoryLedger, faults: DatabaseFaults) -> None:
        self._ledger = ledger
        self._faults = faults
        self.contract: Baseline | None = None
        self.by_subject: dict[Subject, ClaimedBill] = {}
        self.credits: dict[Subject, Money] = {}

    async def agree(self, baseline: Baseline, *, now: datetime) -> None:
        del now
        self.contract = baseline

    async def move_charges(
        self, deal: DealId, statuses: Sequence[ChargeStatus], *, now: datetime
    ) -> None:
        del deal, statuses, now

    async def claim(self, bill: ClaimedBill, *, now: datetime) -> ClaimedBill:
        del now
        terms = await self.baseline(bill.deal)
        return await self._faults.around(
            lambda: self._keep(claim_transitions.open_bill(bill, terms.value, self._all()))
        )

    async def permit(self, subject: Subject, *, now: datetime) -> ClaimedBill:
        del now
        terms = await self.baseline(DealId(""))
        return await self._step(
            subject, lambda it: claim_transitions.permit(it, terms.value, self._all())
        )

    async def record_issued(
        self, subject: Subject, effect: EffectKey, proof: Proof, *, now: datetime
    ) -> ClaimedBill:
        del now

        def close(bill: ClaimedBill) -> ClaimedBill:
            closed = claim_transitions.issue(bill, proof)
            self._ledger.finish_now(effect, proof)
            return closed

        return await self._step(subject, close)

    async def record_settlement(
        self, subject: Subject, said: Settlement, *, now: datetime
    ) -> ClaimedBill:
        del now
        return await self._step(subject, lambda it: claim_transitions.settle(it, said))

    async def record_credit(
        self, subject: Subject, credit: CreditOnRecord, *, now: datetime
    ) -> None:
        del now

        def apply(bill: ClaimedBill) -> ClaimedBill:
            if credit.subject in self.credits:
                return bill
            self.credits[credit.subject] = credit.net
            return claim_transitions.credit(bill, credit.net, credit.charges)

        await self._step(subject, apply)

    async def void(self, subject: Subject, *, now: datetime) -> ClaimedBill:
        del now
        return await self._step(subject, claim_transitions.void)

    async def release(self, bill: ClaimedBill, *, reason: str, now: datetime) -> None:
        del now, reason
        await self._faults.around(
            lambda: self._keep(claim_transitions.release(self.by_subject.get(bill.subject, bill)))
        )

    async def baseline(self, deal: DealId) -> Baseline:
        if self.contract is None:
            raise Refusal(f"{deal} has no contract")
        return self.contract

    async def bills(self, deal: DealId) -> Sequence[ClaimedBill]:
        del deal
        return self._all()

    async def find_bill(self, subject: Subject) -> ClaimedBill | None:
        return self.by_subject.get(subject)

    async def open_contracts(self) -> Sequence[OpenContract]:
        return ()

    async def close(
        self, deal: DealId, stage: Stage, *, by: Actor, reason: str, now: datetime
    ) -> None:
        del deal, stage, by, reason, now

    async def is_customer_shared(self, customer: CustomerKey, deal: DealId) -> bool:
        del customer, deal
        return False

    def _all(self) -> list[ClaimedBill]:
        return list(self.by_subject.values())

    async def _step(
        self, subject: Subject, step: Callable[[ClaimedBill], ClaimedBill]
    ) -> ClaimedBill:
        return await self._faults.around(lambda: self._keep(step(self.by_subject[subject])))

    def _keep(self, bill: ClaimedBill) -> ClaimedBill:
        self.by_subject[bill.subject] = bill
        return bill
