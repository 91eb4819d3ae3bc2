"""Pre-flight names everything that is missing, and who must mend it."""

from datetime import date
from decimal import Decimal

import pytest

from domain.company import Address, CompanyIds
from domain.company_numbers import is_ico
from domain.contract import contract_of
from domain.deal import Deal
from domain.money import Money
from domain.preflight import preflight
from domain.project import plan_project
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.tax import TaxTreatment
from tests.deals import POLICY, company, deal


def won(**changes: object) -> Deal:
    return deal(1, is_won=True, **changes)


def test_a_complete_deal_has_no_findings() -> None:
    assert preflight(won(), POLICY) == ()


@pytest.mark.parametrize(
    ("changes", "field", "responsible"),
    [
        ({"scope": "  "}, "scope", Party.DEAL_OWNER),
        ({"lines": ()}, "line items", Party.DEAL_OWNER),
        ({"value": None}, "amount", Party.DEAL_OWNER),
        ({"value": Money.of("10000.02", "EUR")}, "amount", Party.DEAL_OWNER),
        ({"value": Money.of("0", "EUR")}, "amount", Party.DEAL_OWNER),
        ({"value": Money.of("10000.01", "CZK")}, "line items", Party.DEAL_OWNER),
        ({"account": None}, "company", Party.DEAL_OWNER),
        ({"contacts": ()}, "contacts", Party.DEAL_OWNER),
        ({"template": "waterfall"}, "template", Party.DEAL_OWNER),
        ({"start": None}, "dates", Party.DEAL_OWNER),
        ({"end": date(2020, 1, 1)}, "dates", Party.DEAL_OWNER),
        ({"payment_terms": None}, "payment terms", Party.DEAL_OWNER),
        ({"tax": None}, "tax", Party.FINANCE),
        ({"tax": TaxTreatment.REVERSE_CHARGE}, "tax", Party.FINANCE),
        ({"milestones": ()}, "billing plan", Party.DEAL_OWNER),
        ({"is_won": False}, "stage", Party.DEAL_OWNER),
    ],
)
def test_what_is_missing_is_named_with_who_must_mend_it(
    changes: dict[str, object], field: str, responsible: Party
) -> None:
    [finding] = preflight(deal(1, **{"is_won": True, **changes}), POLICY)
    assert (finding.field, finding.responsible) == (field, responsible)


def test_everything_is_found_at_once() -> None:
    fields = {f.field for f in preflight(won(scope="", lines=(), payment_terms=None), POLICY)}
    assert fields == {"scope", "line items", "payment terms"}


def test_milestones_must_be_all_of_the_contract() -> None:
    [finding] = preflight(won(milestones=won().milestones[:2]), POLICY)
    assert "66.66 %, not 100 %" in finding.problem


def test_an_address_that_is_not_whole_is_named_with_what_it_lacks() -> None:
    account = company(1).model_copy(update={"address": Address(street="Hlavná 1")})
    [finding] = preflight(won(account=account), POLICY)
    assert "no city, postal code" in finding.problem
    assert finding.responsible is Party.DEAL_OWNER


def test_a_wrong_registry_number_is_named() -> None:
    account = company(1).model_copy(update={"ids": CompanyIds(company_id="36421920")})
    [finding] = preflight(won(account=account), POLICY)
    assert "36421920" in finding.problem


@pytest.mark.parametrize("number", ["36421928", "31764207", "45501238"])
def test_a_registry_number_carries_its_check_digit(number: str) -> None:
    assert is_ico(number)
    assert not is_ico(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_an_incomplete_deal_is_no_contract() -> None:
    with pytest.raises(Refusal):
        contract_of(won(start=None), POLICY)


def test_the_plan_shares_the_hours_out_as_the_money() -> None:
    contract = contract_of(won(), POLICY)
    plan = plan_project(contract, POLICY)
    sold = Decimal(10) * 8
    assert sum(package.hours for package in plan.packages) == sold
    assert Money.total((line.amount for line in plan.budget), "EUR") == contract.value
    assert Money.total((charge.net for charge in contract.charges), "EUR") == contract.value
