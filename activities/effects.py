"""Carries out a change in another system exactly once, whatever happens on the way."""

import base64
import hashlib
from asyncio import timeout
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from temporalio import activity

from domain.effect import (
    Effect,
    EffectKey,
    EffectState,
    Receipt,
    RecordLost,
    Strategy,
    Superseded,
)
from domain.ids import DealId, ExternalId, Subject
from domain.refusal import Refusal
from ports.effect_ledger import EffectLedger, Intent
from ports.failures import ConnectorFailure, Rejected, Uncertain
from ports.lease import Lease, Seconds, machine_seconds
from ports.operation import Attempt, Command, Operation

C = TypeVar("C", bound=Command)
Ask = Callable[[], Awaitable[bool]]
_REMEMBERED = 10_000
_REMEMBERED_FOR = 60.0
"""Seconds after which the ledger is asked again: another process may have moved the deal."""


class Effects:
    """The one way our activities change anything elsewhere (`docs/processes/exactly-once.md`).

    `operation_timeout` is the longest that one operation may take, all its calls together, from
    before its attempt is on record; `seconds` counts it. `installation` keeps two installations
    that share a vendor account apart.
    """

    def __init__(
        self,
        ledger: EffectLedger,
        *,
        operation_timeout: timedelta,
        installation: str = "cashward",
        seconds: Seconds = machine_seconds,
    ) -> None:
        self._ledger = ledger
        self._operation_timeout = operation_timeout
        self._installation = installation
        self._seconds = seconds
        self._begun: dict[tuple[DealId, str, str], float] = {}

    async def execute(
        self, operation: Operation[C], command: C, *, looks_first: bool = False
    ) -> Receipt:
        """Execute the operation once, and return what this or an earlier attempt made.

        With `looks_first`, even a first attempt searches before it makes anything.

        Raises the failures of ports.failures, the refusals of domain.effect (OtherAccount, where
        the deal has records of this role in another account), and NotSettled while an older call
        may still land.
        """
        intent = await _intent(operation, command)
        lease = self._lease()
        effect = await self._ledger.begin(
            intent,
            operation.idempotency,
            operation_timeout=self._operation_timeout,
            is_repeatable=operation.is_repeatable,
        )
        self._remember(intent.key, intent.deal)
        if effect.is_confirmed and effect.receipt:
            await self._require_there(operation, command, effect, effect.receipt)
            await self._sweep(operation, command, effect)
            return effect.receipt
        found = await self._find_or_do(lease, operation, command, effect, looks_first=looks_first)
        recorded = await self._confirm(operation, effect, found)
        if not recorded.is_confirmed or recorded.receipt is None:
            raise Superseded(effect.key, effect.attempt)
        await self._sweep(operation, command, recorded)
        return recorded.receipt

    async def record(self, operation: Operation[C], command: C, made: Receipt) -> None:
        """Put on record what the caller has just seen at the vendor; nothing is sent.

        Raises Refusal if something else is on record.
        """
        effect = await self._ledger.begin(
            await _intent(operation, command),
            operation.idempotency,
            operation_timeout=self._operation_timeout,
            is_repeatable=operation.is_repeatable,
        )
        if effect.is_confirmed and effect.receipt and effect.receipt.id != made.id:
            raise Refusal(f"{effect.key} is on record as {effect.receipt.id}, not as {made.id}")
        await self._ledger.confirm(effect.key, effect.attempt, [made])

    async def undo(
        self, operation: Operation[C], command: C, *, reason: str, unless: Ask | None = None
    ) -> None:
        """Undo what the operation made, and keep every other attempt from making it again.

        `unless` is asked when nobody else can make or get it any more; if it says so, the vendor is
        not called. Raises NotSettled while a call may still land, and Rejected if the vendor
        refuses the undo: then all stays as it was.
        """
        intent = await _intent(operation, command)
        lease = self._lease()
        effect = await self._ledger.begin_undo(
            intent, operation.idempotency, operation_timeout=self._operation_timeout
        )
        if effect.state is EffectState.REVERSED:
            return
        if unless and await unless():
            await self._keep(operation, command, effect)
            return
        async with self._attempt_under(lease, operation, effect):
            traces = await self._traces(operation, command, effect)
            for made in traces:
                await operation.undo(command, made)
        await self._ledger.reverse(effect.key, effect.attempt, reason, traces)

    async def abandon(self, operation: Operation[C], command: C, *, reason: str) -> None:
        """Record a part as gone with its whole, without a call. Raises NotSettled."""
        await self._ledger.abandon(await _intent(operation, command), reason)

    async def sweep(self, operation: Operation[C], command: C) -> None:
        """Remove what lost attempts left beside the elected one."""
        effect = await self._ledger.read(await key_of(operation, command.subject))
        if effect and effect.is_confirmed and (effect.search_first or effect.strays):
            found = await operation.find(command)
            recorded = await self._ledger.confirm(effect.key, effect.attempt, found)
            await self._sweep(operation, command, recorded)

    async def require_account(self, operation: Operation[C], deal: DealId) -> None:
        """Raise OtherAccount if the deal has records of this role elsewhere.

        It guards what is read by an id of the vendor: another account may use the id too.
        """
        key = await key_of(operation, Subject(""))
        if not self.has_begun(key, deal):
            await self._ledger.require_account(key, deal)
            self._remember(key, deal)

    def has_begun(self, key: EffectKey, deal: DealId) -> bool:
        """Whether this process has just worked in this account for the deal."""
        began = self._begun.get((deal, key.role, key.account))
        return began is not None and self._seconds() - began < _REMEMBERED_FOR

    def _remember(self, key: EffectKey, deal: DealId) -> None:
        if len(self._begun) >= _REMEMBERED:
            self._begun.clear()
        self._begun[deal, key.role, key.account] = self._seconds()

    async def _require_there(
        self, operation: Operation[C], command: C, effect: Effect, receipt: Receipt
    ) -> None:
        """Look up what is on record if it is in doubt. Raises RecordLost."""
        if effect.is_doubted:
            found = await operation.find(command)
            if receipt.id not in {made.id for made in found}:
                raise RecordLost(effect.key, receipt)
            await self._ledger.confirm(effect.key, effect.attempt, found)

    def _lease(self) -> Lease:
        return Lease(self._operation_timeout, seconds=self._seconds)

    async def _find_or_do(
        self,
        lease: Lease,
        operation: Operation[C],
        command: C,
        effect: Effect,
        *,
        looks_first: bool,
    ) -> Sequence[Receipt]:
        attempt = self._attempt(operation, effect, looks_first=looks_first)
        if attempt.search_first:
            # A look that fails says nothing of an older call.
            there = effect.may_be_there
            async with self._attempt_under(lease, operation, effect, may_be_there=there):
                found = await operation.find(command)
            if found:
                return found
        async with self._attempt_under(lease, operation, effect):
            return (await operation.do(command, attempt),)

    async def _confirm(
        self, operation: Operation[C], effect: Effect, found: Sequence[Receipt]
    ) -> Effect:
        """Confirm what is at the vendor; where that is another's, keep its id on record."""
        try:
            return await self._ledger.confirm(effect.key, effect.attempt, found)
        except Refusal as conflict:
            await self._mark_uncertain(effect, str(conflict), operation.idempotency.settle_time)
            raise

    @asynccontextmanager
    async def _attempt_under(
        self, lease: Lease, operation: Operation[C], effect: Effect, *, may_be_there: bool = False
    ) -> AsyncIterator[None]:
        """Let the block make its calls while the lease lasts, and record how it failed.

        With `may_be_there`, a failure that sent nothing leaves it as uncertain as it was.
        """
        try:
            with lease.held():
                async with timeout(lease.remaining()):
                    yield
        except TimeoutError as late:
            lost = Uncertain(
                operation.system, f"{operation.kind} took longer than {self._operation_timeout}"
            )
            await self._lose_sight(operation, effect, lost)
            raise lost from late
        except Uncertain as lost:
            await self._lose_sight(operation, effect, lost)
            raise
        except (Refusal, ConnectorFailure) as failed:
            reason = failed.reason if isinstance(failed, ConnectorFailure) else str(failed)
            is_undo = effect.is_taken_back and isinstance(failed, ConnectorFailure)
            if may_be_there or (is_undo and not isinstance(failed, Rejected)):
                await self._mark_uncertain(effect, reason)
            else:
                await self._ledger.refuse(effect.key, effect.attempt, reason)
            raise

    async def _lose_sight(self, operation: Operation[C], effect: Effect, lost: Uncertain) -> None:
        settle = operation.idempotency.settle_time
        await self._mark_uncertain(effect, lost.reason, settle, key_tainted=lost.answered)
        must_wait = operation.idempotency.waits_to_settle or effect.is_taken_back
        lost.pause = settle if must_wait else None

    async def _mark_uncertain(
        self,
        effect: Effect,
        reason: str,
        settle: timedelta = timedelta(0),
        *,
        key_tainted: bool = False,
    ) -> None:
        await self._ledger.mark_uncertain(
            effect.key, effect.attempt, reason, settle_time=settle, key_tainted=key_tainted
        )

    async def _traces(
        self, operation: Operation[C], command: C, effect: Effect
    ) -> Sequence[Receipt]:
        """Find all that the effect's attempts may have left at the vendor."""
        traces = {made.id: made for made in effect.strays}
        if not effect.was_made_once and (effect.search_first or operation.looks_first):
            traces |= {made.id: made for made in await operation.find(command)}
        if effect.receipt:  # the last: if another one is refused, the elected one is still there
            traces.pop(effect.receipt.id, None)
            traces[effect.receipt.id] = effect.receipt
        if not traces and effect.search_first and operation.idempotency.strategy is Strategy.UPSERT:
            return [Receipt(id=ExternalId(command.subject))]
        return list(traces.values())

    async def _keep(self, operation: Operation[C], command: C, effect: Effect) -> None:
        """Leave what others need; a lost call of an earlier undo may have taken it back, though."""
        made = effect.receipt
        if made and not await operation.find(command):
            reason = "an earlier undo took it back"
            await self._ledger.reverse(effect.key, effect.attempt, reason, [made])
        else:
            await self._ledger.refuse(effect.key, effect.attempt, "others need it")

    async def _sweep(self, operation: Operation[C], command: C, effect: Effect) -> None:
        """Remove strays, each with its entry in the audit trail. Another part may be a person's."""
        elected = effect.receipt
        for stray in effect.strays:
            if elected and stray.id != elected.id:
                with self._lease().held():
                    await operation.undo(command, stray)
                await self._ledger.sweep(effect.key, stray)

    def _attempt(self, operation: Operation[C], effect: Effect, *, looks_first: bool) -> Attempt:
        meaning = (self._installation, effect.key, effect.generation)
        return Attempt(
            attempt=effect.attempt,
            generation=effect.generation,
            idempotency_key=hashlib.sha256("|".join(map(str, meaning)).encode()).hexdigest(),
            search_first=looks_first or effect.search_first or operation.looks_first,
        )


async def key_of(operation: Operation[C], subject: Subject) -> EffectKey:
    """The identity of what the operation does about this subject."""
    return EffectKey(
        system=operation.system,
        tenant=await operation.tenant(),
        kind=operation.kind,
        subject=subject,
    )


def _digest(identity: str) -> str:
    """Return 144 bits of a hash, with the version of how an identity is written."""
    hashed = hashlib.sha256(identity.encode()).digest()[:18]
    return f"v1:{base64.urlsafe_b64encode(hashed).decode()}"


async def _intent(operation: Operation[C], command: C) -> Intent:
    info = activity.info() if activity.in_activity() else None
    return Intent(
        key=await key_of(operation, command.subject),
        deal=command.deal,
        digest=_digest(command.identity()),
        workflow=(info.workflow_id or "") if info else "",
        run=(info.workflow_run_id or "") if info else "",
    )
