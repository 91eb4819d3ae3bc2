"""The audit trail: one entry per outcome of a command, and none without its change."""

import asyncio

import pytest

from domain.actor import CASHWARD
from domain.attention import Action, Attention, Decision
from domain.command import CommandName, CommandOutcome, CommandRecord
from domain.responsibility import Party
from ports.audit_trail import AuditEntry
from store import Store, StoreUnavailable
from tests.actors import GRACE
from tests.postgres import audit_locked
from tests.store.values import NOW, deal, later

DECISION = Decision(action=Action.RETRY, by=GRACE, reason="it is mended")


def command(name: str, outcome: CommandOutcome = CommandOutcome.ACCEPTED) -> CommandRecord:
    return CommandRecord(
        id=f"request-{name}",
        deal=deal(name),
        command=CommandName.APPROVE,
        actor=GRACE,
        outcome=outcome,
        charge="m1",
        reason="the budget allows it",
        answer="approved by grace",
        workflow=f"billing:{deal(name)}:m1:r1",
    )


def attention(name: str) -> Attention:
    return Attention(
        key="preflight",
        workflow=f"handoff:{deal(name)}",
        deal=deal(name),
        kind="preflight",
        what="the deal is not complete",
        why="scope: it is empty",
        responsible=(Party.DEAL_OWNER,),
        since=NOW,
        actions=(Action.RETRY,),
    )


async def trail_of(store: Store, name: str) -> list[AuditEntry]:
    return list(await store.audit_trail.of_deal(deal(name)))


async def test_a_command_is_read_back_as_it_was_recorded(store: Store) -> None:
    await store.audit_trail.record(command("whole"), now=NOW)
    [entry] = await trail_of(store, "whole")
    assert (entry.at, entry.command, entry.outcome) == (NOW, "approve", "accepted")
    assert (entry.actor, entry.actor_name) == (GRACE.subject, "grace")
    assert (entry.verified_by, entry.reason) == ("unverified", "the budget allows it")
    assert entry.what == {"charge": "m1", "answer": "approved by grace"}


async def test_an_outcome_is_recorded_once_however_often_it_is_tried(store: Store) -> None:
    await store.audit_trail.record(command("again"), now=NOW)
    await store.audit_trail.record(command("again"), now=later(1))
    assert [entry.at for entry in await trail_of(store, "again")] == [NOW]


async def test_a_command_that_seemed_to_fail_may_still_be_accepted(store: Store) -> None:
    for outcome in (CommandOutcome.FAILED, CommandOutcome.ACCEPTED):
        await store.audit_trail.record(command("late", outcome), now=NOW)
    assert [e.outcome for e in await trail_of(store, "late")] == ["failed", "accepted"]


async def test_what_no_command_asked_for_is_ascribed_to_cashward(store: Store) -> None:
    await store.attention_queue.add(attention("own"), now=NOW)
    [entry] = await trail_of(store, "own")
    assert (entry.actor, entry.command, entry.outcome) == (CASHWARD.subject, "", "")


async def test_a_decision_and_its_entry_are_written_both_or_none(
    store: Store, database_url: str
) -> None:
    filed = attention("killed")
    await store.attention_queue.add(filed, now=NOW)
    with audit_locked(database_url) as locked:
        deciding = asyncio.create_task(
            store.attention_queue.resolve(filed.workflow, filed.key, DECISION, now=later(1))
        )
        async with asyncio.timeout(10):
            while not locked.kill_waiting_writers():
                await asyncio.sleep(0.01)
        with pytest.raises(StoreUnavailable):
            await deciding
    [queued] = await store.attention_queue.list_of_run(filed.workflow)
    assert queued.decision is None
    assert [entry.command for entry in await trail_of(store, "killed")] == [""]

    await store.attention_queue.resolve(filed.workflow, filed.key, DECISION, now=later(2))
    [queued] = await store.attention_queue.list_of_run(filed.workflow)
    assert queued.decision == DECISION
    assert [entry.command for entry in await trail_of(store, "killed")] == ["", "decide"]
