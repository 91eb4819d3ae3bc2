"""What waits for a person is in the queue until somebody decides."""

from datetime import datetime

from domain.attention import Action, Attention, Decision
from domain.deal import Finding
from domain.responsibility import Party
from store import Store
from tests.actors import GRACE
from tests.store.values import NOW, deal, later, trail

RETRY = Decision(action=Action.RETRY, by=GRACE, reason="mended")


def attention(run: str, *, why: str = "no VAT id", since: datetime = NOW) -> Attention:
    return Attention(
        key="preflight",
        workflow=run,
        deal=deal(run),
        kind="preflight",
        what="The deal cannot be handed over",
        why=why,
        responsible=(Party.DEAL_OWNER, Party.FINANCE),
        since=since,
        actions=(Action.RETRY, Action.ABORT),
        findings=(Finding(field="vat_id", problem="is missing", responsible=Party.DEAL_OWNER),),
        choices=("new",),
    )


async def test_an_attention_is_listed_as_it_was_added(store: Store) -> None:
    await store.attention_queue.add(attention("whole"), now=NOW)
    assert attention("whole") in [
        filed.attention for filed in await store.attention_queue.list_open()
    ]


async def test_the_same_attention_again_updates_it_and_keeps_since_when(store: Store) -> None:
    await store.attention_queue.add(attention("same"), now=NOW)
    await store.attention_queue.add(
        attention("same", why="now the IČO", since=later(9)), now=later(9)
    )
    (filed,) = await store.attention_queue.list_of_run("same")
    assert (filed.attention.why, filed.attention.since) == ("now the IČO", NOW)


async def test_a_decision_closes_an_attention_and_stays_on_record(
    store: Store, database_url: str
) -> None:
    await store.attention_queue.add(attention("decided"), now=NOW)
    for _ in range(2):
        await store.attention_queue.resolve("decided", "preflight", RETRY, now=later(1))
    assert "decided" not in [
        filed.attention.workflow for filed in await store.attention_queue.list_open()
    ]
    (filed,) = await store.attention_queue.list_of_run("decided")
    assert (filed.decision, filed.resolved_at) == (RETRY, later(1))
    last = [one for one in trail(database_url, "preflight") if one["workflow"] == "decided"]
    assert [one["to_state"] for one in last] == ["open", "settled"]


async def test_a_late_repeat_of_a_settled_attention_is_not_added_again(store: Store) -> None:
    await store.attention_queue.add(attention("late"), now=NOW)
    await store.attention_queue.resolve("late", "preflight", RETRY, now=later(1))
    await store.attention_queue.add(attention("late"), now=later(2))
    assert len(await store.attention_queue.list_of_run("late")) == 1


async def test_an_attention_that_comes_back_is_new_and_shown_first(store: Store) -> None:
    await store.attention_queue.add(attention("back"), now=NOW)
    await store.attention_queue.resolve("back", "preflight", RETRY, now=later(1))
    await store.attention_queue.add(attention("back", since=later(2)), now=later(2))
    newest, older = await store.attention_queue.list_of_run("back")
    assert (newest.decision, older.decision) == (None, RETRY)
