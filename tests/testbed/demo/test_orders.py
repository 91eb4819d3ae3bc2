from datetime import date
from decimal import Decimal

import pytest

from connectors.common.fields import milestone
from domain.company import Account, CompanyIds, wrong_ids
from domain.company_numbers import is_ico
from domain.ids import AccountId
from testbed.demo.orders import Order, ico, order

TODAY = date(2026, 11, 24)
MANY = range(10_000, 10_400)


def an_order(number: int = 10_000, milestones: int = 3) -> Order:
    return order(number, milestones=milestones, seed=7, today=TODAY)


def test_every_customer_has_a_number_that_its_registry_would_give() -> None:
    assert all(is_ico(ico(number)) for number in range(5_000_000, 5_002_000))


def test_no_two_orders_share_a_customer() -> None:
    orders = [an_order(number) for number in MANY]
    assert len({each.company.split()[0] for each in orders}) == len(MANY)
    assert len({each.company_id for each in orders}) == len(MANY)


def test_a_foreign_customer_has_a_vat_number_that_europe_accepts() -> None:
    abroad = [each for number in MANY if (each := an_order(number)).vat_id]
    assert abroad
    for each in abroad:
        ids = CompanyIds(company_id=each.company_id, vat_id=each.vat_id)
        account = Account(id=AccountId("a"), name=each.company, country="CZ", ids=ids)
        assert wrong_ids(account) == ()


@pytest.mark.parametrize("milestones", [1, 2, 3, 6, 7, 24])
def test_the_plan_adds_up_to_the_whole_and_reads_as_the_crm_wants_it(milestones: int) -> None:
    planned = [milestone(line) for line in an_order(milestones=milestones).billing_plan.split("\n")]
    assert sum(each.share or 0 for each in planned) == Decimal(100)
    assert len({each.name for each in planned}) == milestones


def test_amounts_are_whole_cents_and_their_split_is_never_even() -> None:
    for number in MANY:
        each = an_order(number)
        assert all(line.amount == line.quantity * line.price for line in each.lines)
        shares = [each.amount * share / 100 for _, share, _ in each.plan]
        assert any(share % Decimal("0.01") for share in shares)


def test_the_same_number_and_seed_make_the_same_order() -> None:
    assert an_order() == an_order()
    assert an_order() != order(10_000, milestones=3, seed=8, today=TODAY)
