"""Deals as HubSpot has them: missing, doubled and merged records, and its spelling."""

from decimal import Decimal

import pytest

from domain.deal import ContactRole, Finding
from domain.effect import Receipt
from domain.ids import DealId, ExternalId
from domain.money import Money
from domain.preflight import preflight
from domain.responsibility import Party
from ports.failures import Misconfigured, Rejected, Unreachable
from tests.contracts.crm_harness import figures, link, open_deal, ticket, won
from tests.contracts.hubspot import OBJECTS, HubspotHarness, local
from tests.deals import POLICY

SEEDED = DealId("hubspot:51230000017")
WON_ELSEWHERE = "88120011"


async def unreadable(harness: HubspotHarness, deal: DealId) -> list[Finding]:
    return list((await harness.crm.read_deal(deal)).unreadable)


async def test_the_seeded_deal_is_complete(harness: HubspotHarness) -> None:
    await harness.win(SEEDED)
    deal = await harness.crm.read_deal(SEEDED)
    assert preflight(deal, POLICY) == ()
    assert deal.value == Money.of("48200.01", "EUR")
    assert deal.account
    assert deal.account.customer_key == "sk-ico-99142074"
    assert deal.url == "https://app.hubspot.com/contacts/48120077/record/0-3/51230000017"
    assert deal.owner == "hubspot:77120345"


async def test_a_deal_costs_two_rounds_of_calls_side_by_side(harness: HubspotHarness) -> None:
    await harness.crm.read_deal(SEEDED)
    before = len(await harness.lines())
    await harness.crm.read_deal(SEEDED)
    operations = [line["operation"] for line in (await harness.lines())[before:]]
    assert sorted(operations[:2]) == [
        "GET /crm/v3/objects/deals/{id}",
        "GET /crm/v4/objects/deals/{id}/associations/contacts",
    ]
    kinds = ("companies", "contacts", "line_items")
    reads = [f"POST /crm/v3/objects/{kind}/batch/read" for kind in kinds]
    assert sorted(operations[2:]) == reads


async def test_a_deal_is_won_in_any_pipeline(harness: HubspotHarness) -> None:
    await harness.change(SEEDED, pipeline="88120001", dealstage=WON_ELSEWHERE)
    assert (await harness.crm.read_deal(SEEDED)).is_won


async def test_a_lost_deal_is_closed_and_not_won(harness: HubspotHarness) -> None:
    await harness.change(SEEDED, dealstage="closedlost")
    deal = await harness.crm.read_deal(SEEDED)
    assert (deal.is_won, deal.probability) == (False, Decimal(0))


async def test_without_a_currency_the_accounts_own_counts(harness: HubspotHarness) -> None:
    await harness.change(SEEDED, deal_currency_code="", amount="100.10")
    assert (await harness.crm.read_deal(SEEDED)).value == Money.of("100.10", "EUR")


async def test_an_amount_smaller_than_the_minor_unit_is_a_finding(harness: HubspotHarness) -> None:
    await harness.change(SEEDED, deal_currency_code="JPY")
    deal = await harness.crm.read_deal(SEEDED)
    assert deal.value is None
    assert "48200.01 JPY" in deal.unreadable[0].problem


async def test_a_line_of_the_plan_that_cannot_be_read_is_quoted(harness: HubspotHarness) -> None:
    await harness.change(SEEDED, cashward_billing_plan="All of it; 100; when done")
    (finding,) = await unreadable(harness, SEEDED)
    assert (finding.field, finding.responsible) == ("billing plan", Party.DEAL_OWNER)
    assert '"All of it; 100; when done"' in finding.problem
    assert finding in preflight(await harness.crm.read_deal(SEEDED), POLICY)


async def test_an_unknown_country_is_a_finding(harness: HubspotHarness) -> None:
    path = f"{OBJECTS}/companies/31870000041"
    await harness.write("PATCH", path, {"properties": {"country": "Ruritania"}})
    deal = await harness.crm.read_deal(SEEDED)
    assert deal.account
    assert deal.account.country == ""
    assert '"Ruritania"' in deal.unreadable[0].problem


async def test_of_several_companies_the_primary_one_is_the_customer(
    harness: HubspotHarness,
) -> None:
    await _add_company(harness, "31870000042")
    deal = await harness.crm.read_deal(SEEDED)
    assert deal.account
    assert deal.account.id == "hubspot:31870000041"


async def test_of_several_companies_none_of_them_primary_is_a_finding(
    harness: HubspotHarness,
) -> None:
    ends = f"{OBJECTS.replace('v3', 'v4')}/deals/{local(SEEDED)}/associations/companies"
    await harness.write("DELETE", f"{ends}/31870000041")
    for company in ("31870000042", "31870000043"):
        await _add_company(harness, company)
    deal = await harness.crm.read_deal(SEEDED)
    assert deal.account is None
    assert "2 companies" in deal.unreadable[0].problem


async def test_a_contact_with_two_roles_plays_both(harness: HubspotHarness) -> None:
    deal = await harness.crm.read_deal(DealId("hubspot:51230000023"))
    assert [contact.role for contact in deal.contacts] == [
        ContactRole.SPONSOR,
        ContactRole.BILLING_CONTACT,
    ]
    assert len({contact.id for contact in deal.contacts}) == 1


async def test_a_deal_of_very_many_lines_is_read_whole(harness: HubspotHarness) -> None:
    deal = await harness.enter(open_deal())
    end = {
        "to": {"id": local(deal)},
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 20}],
    }
    for start in range(0, 250, 50):
        lines = [
            {"properties": {"name": f"n{n}", "quantity": "1", "price": "1"}, "associations": [end]}
            for n in range(start, start + 50)
        ]
        await harness.write("POST", f"{OBJECTS}/line_items/batch/create", {"inputs": lines})
    read = await harness.crm.read_deal(deal)
    assert len({line.id for line in read.lines}) == len(read.lines) == 252


async def test_a_line_without_a_price_is_a_finding(harness: HubspotHarness) -> None:
    deal = await harness.crm.read_deal(SEEDED)
    line = deal.lines[0].id.removeprefix("hubspot:")
    await harness.write("PATCH", f"{OBJECTS}/line_items/{line}", {"properties": {"price": ""}})
    read = await harness.crm.read_deal(SEEDED)
    assert len(read.lines) == len(deal.lines) - 1
    assert "'Analysis day'" in read.unreadable[0].problem


async def test_a_merged_deal_is_still_the_one_we_carry(harness: HubspotHarness) -> None:
    twin = open_deal(name="The same again").model_copy(update={"account": None})
    deal, other = await won(harness), await harness.enter(twin)
    await harness.crm.write_back.do(link(deal), ticket("l"))
    merge = {"primaryObjectId": local(deal), "objectIdToMerge": local(other)}
    heir = DealId(f"hubspot:{(await harness.write('POST', f'{OBJECTS}/deals/merge', merge))['id']}")
    assert heir not in (deal, other)
    known = await harness.crm.read_deal(deal)
    assert (known.id, list(known.unreadable)) == (deal, [])
    (finding,) = await unreadable(harness, heir)
    assert f"carries {heir} as {deal}" in finding.problem


async def test_of_two_merged_deals_one_is_written_to_the_record_and_the_other_is_refused(
    harness: HubspotHarness,
) -> None:
    deal, other = await won(harness), await won(harness, name="The same again")
    for each in (deal, other):
        await harness.crm.write_back.do(link(each), ticket("l"))
    merge = {"primaryObjectId": local(deal), "objectIdToMerge": local(other)}
    await harness.write("POST", f"{OBJECTS}/deals/merge", merge)
    with pytest.raises(Rejected, match=rf"as {deal}, .* To carry it as {other}, set its"):
        await harness.crm.write_back.do(figures(other), ticket("w"))
    await harness.crm.write_back.do(figures(deal), ticket("w"))
    await harness.crm.write_back.undo(link(other), Receipt(id=ExternalId("0")))
    assert (await harness.written_back(deal))["project"] == "PUMP"


async def test_a_deal_merged_before_it_was_carried_takes_no_record(
    harness: HubspotHarness,
) -> None:
    deal, other = await won(harness), await won(harness, name="The same again")
    merge = {"primaryObjectId": local(deal), "objectIdToMerge": local(other)}
    heir = (await harness.write("POST", f"{OBJECTS}/deals/merge", merge))["id"]
    for each in (deal, other):
        with pytest.raises(Rejected, match=rf"{each} was merged into hubspot:{heir}"):
            await harness.crm.write_back.do(link(each), ticket("l"))


async def test_a_field_that_does_not_exist_is_not_an_empty_one(harness: HubspotHarness) -> None:
    await harness.write("DELETE", "/crm/v3/properties/deals/cashward_paid")
    with pytest.raises(Misconfigured, match="cashward_paid"):
        await harness.crm.read_deal(SEEDED)


@pytest.mark.parametrize("kind", ["companies", "contacts", "line_items"])
async def test_a_part_that_cannot_be_read_leaves_the_deal_unread(
    harness: HubspotHarness, kind: str
) -> None:
    await harness.spoil(operation=f"POST {OBJECTS}/{kind}/batch/read", kind="lost_reply")
    with pytest.raises(Unreachable):
        await harness.crm.read_deal(SEEDED)


async def test_a_contact_archived_meanwhile_is_left_out(harness: HubspotHarness) -> None:
    deal = await harness.crm.read_deal(SEEDED)
    sponsor = deal.contact(ContactRole.SPONSOR)
    assert sponsor
    path = f"{OBJECTS}/contacts/{sponsor.id.removeprefix('hubspot:')}"
    await harness.write("DELETE", path)
    assert (await harness.crm.read_deal(SEEDED)).contact(ContactRole.SPONSOR) is None


async def test_a_merged_company_is_the_customer_under_its_new_id(harness: HubspotHarness) -> None:
    merge = {"primaryObjectId": "31870000041", "objectIdToMerge": "31870000042"}
    heir = await harness.write("POST", f"{OBJECTS}/companies/merge", merge)
    deal = await harness.crm.read_deal(SEEDED)
    assert deal.account
    assert deal.account.id == f"hubspot:{heir['id']}"


async def _add_company(harness: HubspotHarness, company: str) -> None:
    ends = f"/crm/v4/objects/deals/{local(SEEDED)}/associations/default/companies/{company}"
    await harness.write("PUT", ends)
