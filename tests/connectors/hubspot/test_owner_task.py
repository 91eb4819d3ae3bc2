"""A task in HubSpot: its owner, its text, and how it is found."""

from typing import Any

from domain.ids import DealId
from tests.contracts.crm_harness import asking, open_deal, ticket
from tests.contracts.hubspot import OBJECTS, HubspotHarness

OWNED = DealId("hubspot:51230000017")
SHOWN = (
    *("hs_task_subject", "hs_task_body", "hs_task_status", "hs_task_type"),
    *("hs_timestamp", "hubspot_owner_id"),
)


async def read(harness: HubspotHarness, task: str) -> dict[str, Any]:
    query = {"properties": ",".join(SHOWN)}
    answer = await harness.client.get(f"{OBJECTS}/tasks/{task}", params=query)
    properties: dict[str, Any] = answer.raise_for_status().json()["properties"]
    return {name: properties[name] for name in SHOWN}


async def test_a_task_is_the_deal_owners_to_do_on_the_day(harness: HubspotHarness) -> None:
    made = await harness.crm.owner_task.do(asking(OWNED), ticket("t"))
    assert await read(harness, made.id) == {
        "hs_task_subject": "Say what was agreed",
        "hs_task_body": f"scope: the agreed scope is empty<br><br>cw:acme:{OWNED}:ask:1",
        "hs_task_status": "NOT_STARTED",
        "hs_task_type": "TODO",
        "hs_timestamp": "2026-11-25T12:00:00Z",
        "hubspot_owner_id": "77120345",
    }


async def test_a_deal_that_nobody_owns_has_a_task_that_nobody_owns(harness: HubspotHarness) -> None:
    deal = await harness.enter(open_deal())
    made = await harness.crm.owner_task.do(asking(deal), ticket("t"))
    assert (await read(harness, made.id))["hubspot_owner_id"] is None
    assert list(await harness.tasks(deal)) == ["Say what was agreed"]


async def test_what_a_person_writes_around_our_mark_does_not_hide_it(
    harness: HubspotHarness,
) -> None:
    made = await harness.crm.owner_task.do(asking(OWNED), ticket("t"))
    body = {"hs_task_body": f"<p>On it!</p><p>cw:acme:{OWNED}:ask:1</p>"}
    await harness.write("PATCH", f"{OBJECTS}/tasks/{made.id}", {"properties": body})
    assert [each.id for each in await harness.crm.owner_task.find(asking(OWNED))] == [made.id]


async def test_a_task_that_its_owner_did_is_not_asked_again(harness: HubspotHarness) -> None:
    made = await harness.crm.owner_task.do(asking(OWNED), ticket("t"))
    done = {"properties": {"hs_task_status": "COMPLETED"}}
    await harness.write("PATCH", f"{OBJECTS}/tasks/{made.id}", done)
    assert [each.id for each in await harness.crm.owner_task.find(asking(OWNED))] == [made.id]


async def test_angle_brackets_are_shown_as_such(harness: HubspotHarness) -> None:
    command = asking(OWNED).model_copy(update={"body": "amount: 5 < 6 & more"})
    made = await harness.crm.owner_task.do(command, ticket("t"))
    assert "5 &lt; 6 &amp; more" in (await read(harness, made.id))["hs_task_body"]
