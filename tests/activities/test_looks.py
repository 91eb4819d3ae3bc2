"""What a look that fails, or one that finds another's record, leaves on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from activities.effects import Effects, key_of
from domain.customer import OpenCustomer
from domain.effect import (
    Effect,
    EffectKind,
    EffectState,
    IdempotencyPolicy,
    OtherAccount,
    Receipt,
    Strategy,
)
from domain.ids import ExternalId, Subject
from domain.refusal import Refusal
from ports.failures import Misconfigured, Rejected, Throttled, Uncertain
from ports.operation import Attempt
from store import Store
from tests.activities.test_shared_customer import effects_of, opening

MADE = ExternalId("C-1")
CUSTOMER = EffectKind("erp.customer")


@dataclass
class Opening:
    """Opens customers at a vendor that answers as it is told, one answer for each call."""

    calls: list[Exception | None]
    account: str = "books"
    made: list[Receipt] = field(default_factory=list)
    kind: EffectKind = CUSTOMER

    system = "xero"
    idempotency = IdempotencyPolicy(strategy=Strategy.SEARCH_FIRST, settle_time=timedelta(0))
    is_repeatable = True
    looks_first = False

    async def tenant(self) -> str:
        return self.account

    async def do(self, command: OpenCustomer, attempt: Attempt) -> Receipt:
        del command, attempt
        failure = self.calls.pop(0)
        if failure is None or isinstance(failure, Uncertain):
            self.made.append(Receipt(id=MADE))
        if failure:
            raise failure
        return self.made[-1]

    async def find(self, command: OpenCustomer) -> Sequence[Receipt]:
        del command
        if failure := self.calls.pop(0):
            raise failure
        return self.made

    async def undo(self, command: OpenCustomer, receipt: Receipt) -> None:
        del command
        self.made.remove(receipt)


async def _tried(effects: Effects, operation: Opening, command: OpenCustomer) -> None:
    failures = [call for call in operation.calls if call]
    for failure in failures:
        with pytest.raises(type(failure)):
            await effects.execute(operation, command)


async def _recorded(store: Store, operation: Opening, subject: Subject) -> Effect:
    effect = await store.effect_ledger.read(await key_of(operation, subject))
    assert effect
    return effect


@pytest.mark.parametrize("failed", [Throttled, Misconfigured, Rejected])
async def test_a_look_that_fails_says_nothing_of_a_call_that_was_lost_before(
    store: Store, failed: type[Throttled | Misconfigured | Rejected]
) -> None:
    effects, command = effects_of(store), opening("a", f"lost-{failed.__name__}")
    operation = Opening([Uncertain("xero", "no answer"), failed("xero", "not now")])
    await _tried(effects, operation, command)
    known = await _recorded(store, operation, command.subject)
    assert known.state is EffectState.UNCERTAIN
    with pytest.raises(OtherAccount):
        await effects.execute(Opening([None], account="elsewhere"), command)
    operation.calls = [None]
    assert (await effects.execute(operation, command)).id == MADE
    assert len(operation.made) == 1


async def test_a_look_that_fails_after_a_refusal_leaves_nothing_behind(store: Store) -> None:
    effects, command = effects_of(store), opening("b", "refused")
    operation = Opening([Misconfigured("xero", "revoked"), Misconfigured("xero", "revoked")])
    await _tried(effects, operation, command)
    known = await _recorded(store, operation, command.subject)
    assert known.state is EffectState.REFUSED
    await effects.execute(Opening([None], account="elsewhere"), command)


async def test_an_id_that_is_tied_to_another_subject_stays_on_record(store: Store) -> None:
    effects = effects_of(store)
    first, second = opening("c", "first"), opening("d", "second")
    operation = Opening([None, None], kind=EffectKind("erp.document"))
    await effects.execute(operation, first)
    with pytest.raises(Refusal, match="a person must decide"):
        await effects.execute(operation, second)
    known = await _recorded(store, operation, second.subject)
    assert known.state is EffectState.UNCERTAIN
    assert MADE in known.reason
    entries = await store.audit_trail.of_deal(second.deal)
    assert MADE in str(entries[-1].what["reason"])


async def test_a_deal_that_another_process_moved_is_noticed_within_a_minute(store: Store) -> None:
    now = 0.0
    timeout = timedelta(seconds=30)
    here = Effects(store.effect_ledger, operation_timeout=timeout, seconds=lambda: now)
    command, old, new = opening("e", "moved"), Opening([None, None]), Opening([None], "elsewhere")
    await here.execute(old, command)
    await here.require_account(old, command.deal)
    await here.undo(old, command, reason="the company moves")
    await effects_of(store).execute(new, command)
    now = 61.0
    with pytest.raises(OtherAccount):
        await here.require_account(old, command.deal)
