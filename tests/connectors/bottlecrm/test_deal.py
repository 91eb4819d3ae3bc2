"""How a deal is read from BottleCRM: tags on lines, a currency it lacks, its owner."""

from decimal import Decimal
from typing import Any

import pytest

from domain.deal import ContactRole, CostType, Unit
from domain.ids import DealId
from tests.contracts.bottlecrm import BottlecrmHarness, local
from tests.contracts.crm_harness import CONTACTS, open_deal, won

pytestmark = pytest.mark.real


async def add(harness: BottlecrmHarness, deal: DealId, **line: Any) -> None:
    path = f"/api/opportunities/{local(deal)}/line-items/"
    await harness.write("POST", path, {"name": "More", "quantity": "2", "unit_price": "10", **line})


async def test_an_article_says_what_its_line_leaves_out(harness: BottlecrmHarness) -> None:
    deal = await harness.enter(open_deal())
    article = {"name": "Gateway", "sku": "GW-7", "description": "Rugged. [expense; piece]"}
    own = {"Authorization": f"Bearer {harness.system.place.connector['ACCESS_TOKEN']}"}
    made = await harness.client.post("/api/invoices/products/", json=article, headers=own)
    assert made.is_success, made.text
    product = made.json().get("product", made.json())["id"]
    await add(harness, deal, product_id=product, order=8)
    await add(harness, deal, product_id=product, order=9, description="[licence;; X-1]")
    *_, plain, tagged = (await harness.crm.read_deal(deal)).lines
    assert (plain.sku, plain.cost_type, plain.unit) == ("GW-7", CostType.EXPENSE, Unit.PIECE)
    assert (tagged.sku, tagged.cost_type, tagged.unit) == ("X-1", CostType.LICENCE, None)


async def test_a_tag_that_is_no_cost_type_is_a_finding(harness: BottlecrmHarness) -> None:
    deal = await harness.enter(open_deal())
    await add(harness, deal, description="[labor; day]")
    (finding,) = (await harness.crm.read_deal(deal)).unreadable
    assert finding.field == "line items"
    assert '"labor" is not known' in finding.problem


async def test_two_currencies_on_one_deal_are_a_finding(harness: BottlecrmHarness) -> None:
    deal = await harness.enter(open_deal())
    await harness.change(deal, custom_fields={"cashward_currency": "czk"})
    (finding,) = (await harness.crm.read_deal(deal)).unreadable
    assert finding.field == "currency"


async def test_a_discount_is_in_the_amount_of_its_line(harness: BottlecrmHarness) -> None:
    deal = await harness.enter(open_deal())
    await add(harness, deal, discount_type="PERCENTAGE", discount_value="5", order=9)
    read = await harness.crm.read_deal(deal)
    assert read.lines[-1].amount.amount == Decimal("19.00")
    assert read.value
    assert read.value.amount == Decimal("13059.00")


async def test_one_contact_plays_every_role_that_is_ticked(harness: BottlecrmHarness) -> None:
    deal = await harness.enter(open_deal().model_copy(update={"contacts": CONTACTS[:1]}))
    contact = (await harness.read(deal))["contacts"][0]["id"]
    ticked = {"custom_fields": {"cashward_billing_contact": True}}
    await harness.write("PATCH", f"/api/contacts/{contact}/", ticked)
    roles = [each.role for each in (await harness.crm.read_deal(deal)).contacts]
    assert roles == [ContactRole.SPONSOR, ContactRole.BILLING_CONTACT]


async def test_the_owner_is_whoever_it_is_assigned_to_else_whoever_won_it(
    harness: BottlecrmHarness,
) -> None:
    deal = await won(harness)
    sales = f"bottlecrm:{harness.system.place.credentials['sales_profile']}"
    assert (await harness.crm.read_deal(deal)).owner == sales
    await harness.change(deal, assigned_to=[])
    assert (await harness.crm.read_deal(deal)).owner == sales
