"""How a deal is read from BottleCRM: tags on lines, a currency it lacks, its owner."""

from decimal import Decimal
from typing import Any

import pytest

from domain.deal import ContactRole, CostType, Unit
from domain.ids import DealId
from tests.contracts.bottlecrm import BottlecrmHarness, local
from tests.contracts.crm_harness import CONTACTS, open_deal, won

pytestmark = pytest.mark.real


async def add(bench: BottlecrmHarness, deal: DealId, **line: Any) -> None:
    path = f"/api/opportunities/{local(deal)}/line-items/"
    await bench.write("POST", path, {"name": "More", "quantity": "2", "unit_price": "10", **line})


async def test_an_article_says_what_its_line_leaves_out(bench: BottlecrmHarness) -> None:
    deal = await bench.enter(open_deal())
    article = {"name": "Gateway", "sku": "GW-7", "description": "Rugged. [expense; piece]"}
    own = {"Authorization": f"Bearer {bench.system.place.connector['ACCESS_TOKEN']}"}
    made = await bench.hands.post("/api/invoices/products/", json=article, headers=own)
    assert made.is_success, made.text
    product = made.json().get("product", made.json())["id"]
    await add(bench, deal, product_id=product, order=8)
    await add(bench, deal, product_id=product, order=9, description="[licence;; X-1]")
    *_, plain, tagged = (await bench.crm.read_deal(deal)).lines
    assert (plain.sku, plain.cost_type, plain.unit) == ("GW-7", CostType.EXPENSE, Unit.PIECE)
    assert (tagged.sku, tagged.cost_type, tagged.unit) == ("X-1", CostType.LICENCE, None)


async def test_a_tag_that_is_no_cost_type_is_a_finding(bench: BottlecrmHarness) -> None:
    deal = await bench.enter(open_deal())
    await add(bench, deal, description="[labor; day]")
    (finding,) = (await bench.crm.read_deal(deal)).unreadable
    assert finding.field == "line items"
    assert '"labor" is not known' in finding.problem


async def test_two_currencies_on_one_deal_are_a_finding(bench: BottlecrmHarness) -> None:
    deal = await bench.enter(open_deal())
    await bench.change(deal, custom_fields={"cashward_currency": "czk"})
    (finding,) = (await bench.crm.read_deal(deal)).unreadable
    assert finding.field == "currency"


async def test_a_discount_is_in_the_amount_of_its_line(bench: BottlecrmHarness) -> None:
    deal = await bench.enter(open_deal())
    await add(bench, deal, discount_type="PERCENTAGE", discount_value="5", order=9)
    read = await bench.crm.read_deal(deal)
    assert read.lines[-1].amount.amount == Decimal("19.00")
    assert read.value
    assert read.value.amount == Decimal("13059.00")


async def test_one_contact_plays_every_role_that_is_ticked(bench: BottlecrmHarness) -> None:
    deal = await bench.enter(open_deal().model_copy(update={"contacts": CONTACTS[:1]}))
    contact = (await bench.read(deal))["contacts"][0]["id"]
    ticked = {"custom_fields": {"cashward_billing_contact": True}}
    await bench.write("PATCH", f"/api/contacts/{contact}/", ticked)
    roles = [each.role for each in (await bench.crm.read_deal(deal)).contacts]
    assert roles == [ContactRole.SPONSOR, ContactRole.BILLING_CONTACT]


async def test_the_owner_is_whoever_it_is_assigned_to_else_whoever_won_it(
    bench: BottlecrmHarness,
) -> None:
    deal = await won(bench)
    sales = f"bottlecrm:{bench.system.place.credentials['sales_profile']}"
    assert (await bench.crm.read_deal(deal)).owner == sales
    await bench.change(deal, assigned_to=[])
    assert (await bench.crm.read_deal(deal)).owner == sales
