"""A whole deal at HubSpot, with the calls of our connector and of people, and their failures."""

from contextlib import suppress
from datetime import UTC, datetime

from connectors.memory import Fault
from domain.ids import DealId
from ports.failures import ConnectorFailure
from tests.contracts.crm_harness import asking, figures, link, open_deal, ticket, unlink
from tests.contracts.hubspot import OBJECTS, HubspotHarness, local

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_APP = {
    "client_id": "cashward-hubspot",
    "client_secret": "hubspot-demo-secret",
    "refresh_token": "na1-refresh-demo",
    "access_token": None,
}


async def live(crm: HubspotHarness) -> None:
    await _prepare(crm)
    deal = await _sell(crm)
    await _carry(crm, deal)
    await _go_wrong(crm, deal)


async def _prepare(crm: HubspotHarness) -> None:
    await crm.empty()
    for dry_run in (True, False, False):
        await crm.crm.set_up(dry_run=dry_run)
    async with crm.opened(**_APP) as roles:
        assert roles.crm
        await roles.crm.probe()


async def _sell(crm: HubspotHarness) -> DealId:
    deals = [await crm.enter(open_deal(name=name)) for name in ("Pumps", "Valves", "Pipes")]
    for deal in deals:
        await crm.win(deal)
    async with crm.in_small_pages() as paged:
        assert len(await paged.changed_since(LONG_AGO)) == 3
    return deals[0]


async def _carry(crm: HubspotHarness, deal: DealId) -> None:
    await crm.crm.read_deal(deal)
    made = await crm.crm.write_back.do(link(deal), ticket("l"))
    await crm.crm.write_back.do(figures(deal), ticket("w"))
    await crm.crm.write_back.undo(unlink(deal), made)
    await crm.crm.write_back.undo(link(deal), made)
    task = await crm.crm.owner_task.do(asking(deal), ticket("t"))
    assert await crm.crm.owner_task.find(asking(deal))
    assert await crm.tasks(deal)
    await crm.crm.owner_task.undo(asking(deal), task)


async def _go_wrong(crm: HubspotHarness, deal: DealId) -> None:
    nobody = crm.unknown()
    with suppress(ConnectorFailure):
        await crm.crm.read_deal(nobody)
    with suppress(ConnectorFailure):
        await crm.crm.write_back.do(figures(nobody), ticket("x"))
    for properties in ({"amount": "a lot"}, {"no_such_field": "1"}, "no object"):
        path = f"{OBJECTS}/deals/{local(deal)}"
        assert (await crm.client.patch(path, json={"properties": properties})).is_client_error
    for fault in (Fault.LOCKED_OUT, Fault.THROTTLED):
        async with crm.with_fault(fault) as role:
            with suppress(ConnectorFailure):
                await role.write_back.do(figures(deal), ticket("y"))
    await crm.spoil_all()
