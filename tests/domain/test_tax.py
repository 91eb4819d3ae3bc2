"""The tax follows from seller, buyer, tax class and day of supply; what sales enter is compared."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.company import Account, CompanyIds
from domain.deal import Finding
from domain.ids import AccountId
from domain.preflight import preflight
from domain.responsibility import Party
from domain.seller import Seller
from domain.tax import TaxClass, TaxRule, TaxTreatment
from domain.tax_determination import determine_tax
from domain.tax_rates import VatRates, rates_on
from tests.deals import POLICY, SELLER, company, deal

DAY = date(2027, 3, 1)
NO_PAYER = SELLER.model_copy(update={"is_vat_payer": False})
VAT_IDS = {"CZ": "CZ25123891", "DE": "DE136695976", "AT": "ATU13585627"}
EL = "EL094259216"


def buyer(country: str, vat_id: str = "") -> Account:
    ids = CompanyIds(vat_id=vat_id)
    return Account(id=AccountId("a"), name="A buyer", country=country, ids=ids)


def rule(seller: Seller, to: Account, tax_class: TaxClass, day: date = DAY) -> TaxRule:
    found = determine_tax(seller, to, tax_class, day)
    assert isinstance(found, TaxRule), found
    return found


def finding(to: Account, tax_class: TaxClass = TaxClass.STANDARD, day: date = DAY) -> Finding:
    found = determine_tax(SELLER, to, tax_class, day)
    assert isinstance(found, Finding), found
    return found


@pytest.mark.parametrize(
    ("country", "day", "rates"),
    [
        ("SK", date(2024, 12, 31), "20 10 5"),
        ("SK", date(2025, 1, 1), "23 19 5"),
        ("SK", date(2022, 12, 31), "20 10 None"),
        ("CZ", date(2023, 12, 31), "21 15 10"),
        ("CZ", date(2024, 1, 1), "21 12 None"),
        ("DE", date(2020, 12, 31), "16 5 None"),
        ("DE", date(2021, 1, 1), "19 7 None"),
        ("AT", DAY, "20 10 13"),
        ("PL", DAY, "23 8 5"),
        ("HU", DAY, "27 18 5"),
    ],
)
def test_the_rates_are_those_of_the_day(country: str, day: date, rates: str) -> None:
    found = rates_on(day, country)
    assert found and found.source
    assert f"{found.standard} {found.reduced} {found.second_reduced}" == rates


@pytest.mark.parametrize(
    ("tax_class", "rate"),
    [(TaxClass.STANDARD, 23), (TaxClass.REDUCED, 19), (TaxClass.SECOND_REDUCED_GOODS, 5)],
)
def test_a_sale_at_home_has_the_rate_of_its_class(tax_class: TaxClass, rate: int) -> None:
    found = rule(SELLER, buyer("SK"), tax_class)
    assert (found.treatment, found.category) == (TaxTreatment.DOMESTIC, "S")
    assert found.rate == rate


def test_the_day_of_supply_decides_and_no_other() -> None:
    [before, since] = [
        rule(SELLER, buyer("SK"), TaxClass.STANDARD, day).rate
        for day in (date(2024, 12, 31), date(2025, 1, 1))
    ]
    assert [before, since] == [Decimal(20), Decimal(23)]


@pytest.mark.parametrize("country", VAT_IDS)
def test_a_service_to_a_business_in_the_union_is_reverse_charged(country: str) -> None:
    found = rule(SELLER, buyer(country, VAT_IDS[country]), TaxClass.STANDARD)
    assert (found.category, found.rate) == ("AE", Decimal(0))
    assert "Prenesenie daňovej povinnosti" in found.note
    assert "Reverse charge" in found.note


def test_greece_writes_its_vat_ids_with_el() -> None:
    assert rule(SELLER, buyer("GR", EL), TaxClass.STANDARD).category == "AE"


@pytest.mark.parametrize("vat_id", ["", "CZ25123892", VAT_IDS["DE"], "25123891"])
def test_reverse_charge_needs_the_valid_vat_id_of_that_country(vat_id: str) -> None:
    found = finding(buyer("CZ", vat_id))
    assert (found.field, found.responsible) == ("company", Party.FINANCE)


def test_outside_the_union_services_are_out_of_scope_and_goods_are_exported() -> None:
    services = rule(SELLER, buyer("US"), TaxClass.STANDARD)
    goods = rule(SELLER, buyer("US"), TaxClass.STANDARD_GOODS)
    assert (services.treatment, services.category) == (TaxTreatment.OUTSIDE_SCOPE, "O")
    assert (goods.treatment, goods.category) == (TaxTreatment.EXPORT, "G")


def test_northern_ireland_is_outside_the_union_for_services() -> None:
    assert rule(SELLER, buyer("GB", "XI123456782"), TaxClass.STANDARD).category == "O"


@pytest.mark.parametrize("tax_class", list(TaxClass))
@pytest.mark.parametrize("country", ["SK", "CZ", "US"])
def test_a_seller_that_is_no_payer_never_charges_vat(country: str, tax_class: TaxClass) -> None:
    found = rule(NO_PAYER, buyer(country), tax_class)
    assert (found.category, found.rate) == ("O", Decimal(0))
    assert "not a VAT payer" in found.note


def test_an_exempt_thing_carries_no_vat_and_says_so() -> None:
    found = rule(SELLER, buyer("SK"), TaxClass.EXEMPT)
    assert (found.category, found.rate) == ("E", Decimal(0))
    assert found.note


def test_goods_within_the_union_are_for_a_person_to_bill() -> None:
    assert "category K" in finding(buyer("CZ", VAT_IDS["CZ"]), TaxClass.STANDARD_GOODS).problem


def test_a_class_without_a_rate_on_that_day_is_named() -> None:
    found = finding(buyer("SK"), TaxClass.SECOND_REDUCED, date(2022, 12, 31))
    assert "second_reduced on 2022-12-31" in found.problem


def test_a_day_before_all_known_rates_is_named() -> None:
    assert "VAT_RATES" in finding(buyer("SK"), day=date(2010, 12, 31)).problem


def test_a_company_may_add_rates_and_overrule_ours() -> None:
    own = VatRates(country="SK", since=date(2025, 1, 1), standard=Decimal(25), source="a new law")
    seller = SELLER.model_copy(update={"vat_rates": (own,)})
    assert rule(seller, buyer("SK"), TaxClass.STANDARD).rate == 25
    romania = VatRates(country="RO", since=date(2025, 8, 1), standard=Decimal(21))
    found = rates_on(DAY, "RO", (romania,))
    assert found and found.standard == 21
    assert rates_on(date(2025, 7, 31), "RO", (romania,)) is None


@given(
    st.sampled_from(["SK", "CZ", "DE", "US", "GB", "CH"]),
    st.sampled_from(["", *VAT_IDS.values()]),
    st.sampled_from(TaxClass),
    st.dates(date(2011, 1, 1), date(2040, 1, 1)),
    st.booleans(),
)
def test_only_domestic_sales_of_a_payer_carry_a_rate_and_all_others_say_why(
    country: str, vat_id: str, tax_class: TaxClass, day: date, is_payer: bool
) -> None:
    seller = SELLER if is_payer else NO_PAYER
    found = determine_tax(seller, buyer(country, vat_id), tax_class, day)
    if isinstance(found, TaxRule):
        is_domestic = is_payer and country == "SK" and not tax_class.is_exempt
        assert (found.rate > 0, bool(found.note)) == (is_domestic, not is_domestic)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time_zone": "Bratislava"}, "Europe/Bratislava"),
        ({"ids": {"vat_id": "CZ25123891"}}, "ids.vat_id"),
        ({"ids": {}}, "ids.vat_id"),
        ({"country": "Slovakia"}, "country"),
        ({"legal_name": ""}, "legal_name"),
        ({"address": {"street": "Hlavná 1"}}, "lacks city, postal code"),
    ],
)
def test_a_seller_that_could_issue_no_invoice_is_refused(
    changes: dict[str, object], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        Seller.model_validate(SELLER.model_dump() | changes)


def test_what_sales_propose_is_compared_with_the_rule() -> None:
    czech = company(1).model_copy(update={"country": "CZ", "ids": CompanyIds(vat_id=VAT_IDS["CZ"])})
    [differs] = preflight(deal(1, is_won=True, account=czech), POLICY)
    assert (differs.field, differs.responsible) == ("tax", Party.FINANCE)
    assert "sales propose domestic" in differs.problem
    assert "reverse_charge" in differs.problem
    agreed = deal(1, is_won=True, account=czech, tax=TaxTreatment.REVERSE_CHARGE)
    assert preflight(agreed, POLICY) == ()


def test_a_deal_waits_while_nobody_said_which_company_sells() -> None:
    [found] = preflight(deal(1, is_won=True), POLICY.model_copy(update={"seller": None}))
    assert (found.field, found.responsible) == ("seller", Party.OPERATOR)
