"""Approves time: rounded and priced by the current rate card and the company's policy."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from domain.command import CommandRecord
from domain.contract import Policy
from domain.currency import CurrencyCode
from domain.ids import DealId
from domain.rate_card import RateCard
from domain.refusal import Refusal
from domain.time_record import TimeRecord
from ports.billing_ledger import BillingLedger
from ports.rate_cards import RateCards
from ports.timesheets import Decide, Timesheets

_NEVER = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger(__name__)


class TimeApproval:
    """Prices are in the currency of the deal's contract."""

    def __init__(
        self,
        timesheets: Timesheets,
        rate_cards: RateCards,
        billing_ledger: BillingLedger,
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self._timesheets = timesheets
        self._rate_cards = rate_cards
        self._billing_ledger = billing_ledger
        self._policy = policy
        self._clock = clock

    async def approve(
        self, deal: DealId, records: Sequence[TimeRecord], command: CommandRecord
    ) -> None:
        """Approve these records of a deal, all or none. Raises Refusal that names what is amiss."""
        decide = await self._decide(deal, await self._rate_cards.current())
        if problems := dict.fromkeys(filter(None, (_problem(each, decide) for each in records))):
            raise Refusal("\n".join(problems))
        keys = [record.key for record in records]
        await self._timesheets.change(keys, decide, now=self._clock(), command=command)

    async def approve_due(self) -> None:
        """Approve what the PM or the policy says is approved; what has no price goes on waiting."""
        now, policy = self._clock(), self._policy.time
        days = policy.approve_after_days
        before = now - timedelta(days=days) if days is not None else _NEVER
        due: dict[DealId, list[TimeRecord]] = defaultdict(list)
        for record in await self._timesheets.waiting(recorded_before=before):
            if record.is_due(policy, now=now):
                due[record.key.deal].append(record)
        card = await self._rate_cards.current() if due else RateCard()
        for deal, records in due.items():
            try:
                decide = await self._decide(deal, card)
            except Refusal as refused:
                _log.warning("time of %s is not approved: %s", deal, refused)
                continue
            keys = [record.key for record in records if not _problem(record, decide)]
            await self._timesheets.change(keys, decide, now=now)

    async def _decide(self, deal: DealId, card: RateCard) -> Decide:
        """Raises Refusal if the deal has no contract."""
        currency: CurrencyCode = (await self._billing_ledger.baseline(deal)).value.currency
        staffing, policy, now = self._policy.staffing, self._policy.time, self._clock()
        return lambda record: record.approve(card, staffing, policy, currency, now=now)


def _problem(record: TimeRecord, decide: Decide) -> str:
    try:
        decide(record)
    except Refusal as refused:
        return str(refused)
    return ""
