"""Responses that HubSpot may send and the sandbox does not."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from pydantic import SecretStr

from connectors.common import Anonymous, Api
from connectors.hubspot import HubspotSettings
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.crm import HubspotCrm
from connectors.hubspot.models.fields import properties_of
from connectors.hubspot.setup import Gap, HubspotSetup
from domain.deal import Deal
from domain.ids import DealId
from ports.failures import Rejected, Unreachable
from tests.connectors.common.conftest import Wire, answer
from tests.contracts.hubspot import OBJECTS
from tests.references import OURS

DEAL = DealId("hubspot:1")
BATCH = f"{OBJECTS}/line_items/batch/read"


@pytest.fixture
def crm(wire: Wire) -> HubspotCrm:
    """A deal with two lines, of which its record shows one."""
    line = {"results": [{"id": "11", "type": "deal_to_line_item"}], "paging": _next("11")}
    ends = "/crm/v4/objects/deals/1/associations"
    wire.by_path = {
        f"{OBJECTS}/deals/1": _record("deals", "1", associations={"line items": line}, amount="30"),
        f"{ends}/contacts": answer(200, {"results": []}),
        f"{ends}/line_items": answer(200, {"results": [_end(11), _end(12)]}),
        "/crm/v3/pipelines/deals": answer(200, {"results": []}),
        "/account-info/v3/details": answer(200, {"portalId": 7, "companyCurrency": "EUR"}),
        BATCH: answer(200, {"results": [_line("11", "10"), _line("12", "20")]}),
    }
    return HubspotCrm(client(wire))


def client(wire: Wire) -> HubspotClient:
    settings = HubspotSettings(access_token=SecretStr("a token"))
    return HubspotClient(Api("hubspot", wire.http, Anonymous()), settings, OURS)


async def test_lines_beyond_the_first_page_are_read_too(crm: HubspotCrm) -> None:
    deal: Deal = await crm.read_deal(DEAL)
    assert [line.id for line in deal.lines] == ["hubspot:11", "hubspot:12"]


async def test_a_deal_without_a_link_gets_one_by_its_account(crm: HubspotCrm) -> None:
    assert (await crm.read_deal(DEAL)).url == "https://app.hubspot.com/contacts/7/record/0-3/1"


async def test_a_stage_that_no_pipeline_has_is_not_won(crm: HubspotCrm) -> None:
    deal = await crm.read_deal(DEAL)
    assert (deal.is_won, deal.probability) == (False, Decimal(0))


async def test_lines_that_are_gone_are_left_out(crm: HubspotCrm, wire: Wire) -> None:
    wire.by_path[BATCH] = _batch([_line("11", "10")], "OBJECT_NOT_FOUND")
    assert [line.id for line in (await crm.read_deal(DEAL)).lines] == ["hubspot:11"]


async def test_lines_read_in_part_are_not_taken_for_all(crm: HubspotCrm, wire: Wire) -> None:
    wire.by_path[BATCH] = _batch([_line("11", "10")], "INTERNAL_ERROR")
    with pytest.raises(Unreachable, match="in part"):
        await crm.read_deal(DEAL)


async def test_a_property_that_another_program_made_meanwhile_is_made(wire: Wire) -> None:
    wire.will(_batch([], "OBJECT_ALREADY_EXISTS"), _batch([], "VALIDATION_ERROR"))
    gap = Gap(("property deals.x",), "POST", "/crm/v3/properties/deals/batch/create", {})
    setup = HubspotSetup(client(wire))
    await setup.close(gap)
    with pytest.raises(Rejected, match="refused"):
        await setup.close(gap)


async def test_an_account_where_no_deal_can_be_won_is_a_problem_for_sales(
    crm: HubspotCrm, wire: Wire
) -> None:
    for kind in ("deals", "companies", "contacts", "line_items"):
        wire.by_path[f"{OBJECTS}/{kind}"] = answer(200, {"results": []})
        wire.by_path[f"/crm/v3/properties/{kind}"] = answer(200, {"results": []})
        wire.by_path[f"/crm/v3/properties/{kind}/groups"] = answer(200, {"results": []})
    wire.by_path["/crm/v4/associations/deals/contacts/labels"] = answer(200, {"results": []})
    for kind in ("deals", "tasks"):
        wire.by_path[f"{OBJECTS}/{kind}/0"] = answer(404, {"message": "resource not found"})
    problems = (await crm.probe()).problems
    assert "no deal pipeline has a stage of probability 1.0: sales must make one" in problems
    assert "property deals.cashward_scope is missing: prepare the account" in problems


def _record(kind: str, id: str, associations: Mapping[str, object], **values: str) -> bytes:
    return answer(200, _shown(kind, id, **values) | {"associations": associations})


def _shown(kind: str, id: str, **values: str) -> dict[str, object]:
    properties = dict.fromkeys(properties_of(kind)) | values
    return {"id": id, "properties": properties}


def _line(id: str, price: str) -> dict[str, object]:
    return _shown("line_items", id, name="Line", quantity="1", price=price, amount=price)


def _end(id: int) -> dict[str, object]:
    return {"toObjectId": id, "associationTypes": [{"label": None}]}


def _next(after: str) -> dict[str, object]:
    return {"next": {"after": after}}


def _batch(results: list[dict[str, object]], category: str) -> bytes:
    errors = [{"status": "error", "category": category, "message": "not all were done"}]
    return answer(207, {"status": "COMPLETE", "results": results, "errors": errors})
