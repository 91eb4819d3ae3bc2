"""The seeded account is fit for its purpose: every deal adds up, and each trap is there."""

import json
from decimal import Decimal
from typing import Any

import pytest
from stdnum.at import uid
from stdnum.cz import dic
from stdnum.gb import vat
from stdnum.jp import cn

from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.seeding import SEED
from tests.testbed.vendors.hubspot.conftest import Account, Open, opened

SEEDED = json.loads(SEED.read_text())
DEALS = {deal["id"]: deal for deal in SEEDED["deals"]}
COMPANIES = {company["id"]: company for company in SEEDED["companies"]}
WITH_LINES = [id_ for id_, deal in DEALS.items() if deal["lines"]]


def is_ico(number: str) -> bool:
    check = 11 - sum((8 - n) * int(digit) for n, digit in enumerate(number[:7])) % 11
    return len(number) == 8 and int(number[7]) == (check or 1) % 10


@pytest.mark.parametrize("id_", WITH_LINES)
async def test_the_lines_of_a_deal_add_up_to_its_amount(account: Account, id_: str) -> None:
    path = f"/crm/v3/objects/deals/{id_}?associations=line_items"
    deal = (await account.http("GET", path)).json()
    lines = deal["associations"]["line items"]["results"]
    body = {"inputs": [{"id": line["id"]} for line in lines], "properties": ["amount"]}
    read = await account.http("POST", "/crm/v3/objects/line_items/batch/read", body)
    amounts = [Decimal(r["properties"]["amount"]) for r in read.json()["results"]]
    assert sum(amounts) == Decimal(deal["properties"]["amount"])


def shares(deal: dict[str, Any]) -> list[Decimal]:
    parts = [line.split("; ") for line in deal["cashward_billing_plan"]]
    return [Decimal(share.removesuffix(" %")) for _, share, _ in parts]


@pytest.mark.parametrize("deal", DEALS.values(), ids=DEALS)
def test_the_shares_of_a_plan_are_the_whole(deal: dict[str, Any]) -> None:
    assert sum(shares(deal)) == 100


@pytest.mark.parametrize("id_", WITH_LINES)
def test_no_plan_divides_evenly(id_: str) -> None:
    deal = DEALS[id_]
    unit = Decimal(1) if deal["deal_currency_code"] == "JPY" else Decimal("0.01")
    parts = [Decimal(deal["amount"]) * share / 100 for share in shares(deal)]
    assert any(part % unit for part in parts)


def test_company_numbers_have_their_check_digits() -> None:
    numbers = {c["country"]: c.get("cashward_company_id", "") for c in COMPANIES.values()}
    for company in COMPANIES.values():
        if company["country"] in {"Slovakia", "Czech Republic"} and "cashward_tax_id" in company:
            assert is_ico(company["cashward_company_id"])
    assert dic.is_valid(numbers["Czech Republic"])
    assert cn.is_valid(numbers["Japan"])
    vats = {c["country"]: c.get("cashward_vat_id", "") for c in COMPANIES.values()}
    assert uid.is_valid(vats["Austria"])
    assert vat.is_valid(vats["United Kingdom"])


def test_the_traps_are_set() -> None:
    bare = DEALS["51230000021"]
    assert "cashward_scope" not in bare
    assert bare["lines"] == []
    twins = [c["id"] for c in COMPANIES.values() if c.get("cashward_company_id") == "99304180"]
    assert twins == ["31870000046", "31870000047"]
    assert DEALS["51230000022"]["company"] == "31870000047"
    nameless = COMPANIES[DEALS["51230000023"]["company"]]
    assert "cashward_company_id" not in nameless


async def test_every_seeded_deal_is_open_and_says_who_plays_which_part(account: Account) -> None:
    for id_ in DEALS:
        path = f"/crm/v3/objects/deals/{id_}?associations=contacts&properties=dealstage"
        deal = (await account.http("GET", path)).json()
        assert deal["properties"]["dealstage"] == "contractsent"
        roles = {end["type"] for end in deal["associations"]["contacts"]["results"]}
        assert roles & {"sponsor", "product_owner"}


async def test_every_id_is_digits_and_new_ones_never_meet_them(account: Account) -> None:
    for kind in ("deals", "companies", "contacts", "products", "line_items"):
        ids = account.vendor.store.collection(kind).ids()
        assert all(id_.isdigit() for id_ in ids)
        new = (await account.http("POST", f"/crm/v3/objects/{kind}", {"properties": {}})).json()
        assert int(new["id"]) > max(map(int, ids))


async def test_the_same_seed_plants_the_same_account(
    open_account: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def whole(account: Account) -> list[list[Doc]]:
        store = account.vendor.store
        return [list(store.collection(kind).values()) for kind in ("deals", "companies")]

    async with open_account() as one, opened(tmp_path_factory.mktemp("other")) as other:
        assert whole(one) == whole(other)
