"""What every ERP must do with customers: one is matched before one is opened, and opened once."""

import pytest

from connectors.common import Roles
from connectors.memory import Fault
from domain.company import Account, CompanyIds
from domain.customer import Verdict
from domain.ids import AccountId
from domain.matching import match_customer
from ports.erp import Customers
from ports.failures import ConnectorFailure, Misconfigured, Throttled, Uncertain, Unreachable
from tests.contracts.erp_harness import ACCOUNT, NOBODY, ErpHarness, opening, ticket


async def test_a_customer_opened_twice_is_opened_once(erp: ErpHarness) -> None:
    change = erp.customers.open_customer
    first = await change.do(opening(), ticket("c"))
    second = await change.do(opening(), ticket("c", attempt=2))
    assert first.id == second.id
    assert [made.id for made in await change.find(opening())] == [first.id]


async def test_a_customer_that_we_open_has_what_its_invoices_must_carry(erp: ErpHarness) -> None:
    named = ACCOUNT.model_copy(update={"legal_name": "Hronské čerpadlá, spol. s r. o."})
    made = await erp.customers.open_customer.do(opening(named), ticket("c"))
    found = {each.id: each for each in await erp.customers.find_customers(named)}[made.id]
    assert (found.name, found.address) == (named.legal_name, named.address)
    assert (found.country, found.company_id) == (named.country, named.ids.company_id)
    assert found.vat_id == named.ids.vat_id


async def test_a_customer_is_found_by_our_key_alone(erp: ErpHarness) -> None:
    await erp.customers.open_customer.do(opening(), ticket("c"))
    other = ACCOUNT.model_copy(update={"ids": CompanyIds(company_id="3642193")})
    assert not await erp.customers.open_customer.find(opening(other))


@pytest.mark.parametrize(
    "account",
    [
        ACCOUNT,
        Account(id=AccountId("502"), name="HC", country="SK", ids=ACCOUNT.ids),
        Account(
            id=AccountId("503"), name="HC", country="SK", ids=CompanyIds(company_id="36 421 936")
        ),
        Account(
            id=AccountId("504"), name="HC", country="SK", ids=CompanyIds(vat_id="SK 2020273893")
        ),
    ],
)
async def test_a_customer_is_matched_by_its_key_or_number(
    erp: ErpHarness, account: Account
) -> None:
    made = await erp.customers.open_customer.do(opening(), ticket("c"))
    match = match_customer(account, await erp.customers.find_customers(account))
    assert (match.verdict, match.chosen) == (Verdict.MATCHED, made.id)


@pytest.mark.parametrize(
    "name", ["Hronské Čerpadlá s.r.o.", "Hronské Čerpadlá", "Čerpadlá Hronské"]
)
async def test_a_customer_is_proposed_by_a_name_like_it(erp: ErpHarness, name: str) -> None:
    made = await erp.customers.open_customer.do(opening(), ticket("c"))
    account = Account(id=AccountId("505"), name=name, country="SK")
    match = match_customer(account, await erp.customers.find_customers(account))
    assert match.verdict is Verdict.AMBIGUOUS
    assert made.id in [candidate.id for candidate in match.candidates]


async def test_an_unknown_company_is_nobody(erp: ErpHarness) -> None:
    account = Account(id=AccountId("506"), name="Kvetinárstvo Ľalia", country="SK")
    match = match_customer(account, await erp.customers.find_customers(account))
    assert match.verdict is Verdict.NEW


async def test_a_customer_taken_back_twice_is_taken_back_once(erp: ErpHarness) -> None:
    change = erp.customers.open_customer
    made = await change.do(opening(), ticket("c"))
    await change.undo(opening(), made)
    await change.undo(opening(), made)
    assert not await change.find(opening())


async def test_a_customer_that_never_was_is_taken_back_without_failure(erp: ErpHarness) -> None:
    made = await erp.customers.open_customer.do(opening(), ticket("c"))
    nobody = made.model_copy(update={"id": NOBODY})
    await erp.customers.open_customer.undo(opening(), nobody)
    assert len(await erp.customers.open_customer.find(opening())) == 1


async def test_a_customer_taken_back_is_opened_again_as_a_new_one(erp: ErpHarness) -> None:
    change = erp.customers.open_customer
    assert change.is_repeatable
    first = await change.do(opening(), ticket("c"))
    await change.undo(opening(), first)
    second = await change.do(opening(), ticket("c", attempt=3, generation=2))
    assert second.id != first.id
    assert [made.id for made in await change.find(opening())] == [second.id]
    match = match_customer(ACCOUNT, await erp.customers.find_customers(ACCOUNT))
    assert (match.verdict, match.chosen) == (Verdict.MATCHED, second.id)


async def test_a_customer_whose_answer_is_lost_is_found_exactly_once(erp: ErpHarness) -> None:
    change = erp.customers.open_customer
    async with erp.with_fault(Fault.LOST_REPLY) as roles:
        with pytest.raises(Uncertain):
            await customers(roles).open_customer.do(opening(), ticket("c"))
    (found,) = await change.find(opening())
    assert (await change.do(opening(), ticket("c", attempt=2))).id == found.id
    assert len(await change.find(opening())) == 1


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (Fault.DOWN, Unreachable),
        (Fault.THROTTLED, Throttled),
        (Fault.LOCKED_OUT, Misconfigured),
    ],
)
async def test_a_fault_says_what_can_be_done_and_that_nothing_happened(
    erp: ErpHarness, fault: Fault, failure: type[ConnectorFailure]
) -> None:
    async with erp.with_fault(fault) as roles:
        with pytest.raises(failure) as raised:
            await customers(roles).open_customer.do(opening(), ticket("c"))
    assert bool(raised.value.pause) is (fault is Fault.THROTTLED)
    assert not await erp.customers.open_customer.find(opening())


def customers(roles: Roles) -> Customers:
    assert roles.customers
    return roles.customers
