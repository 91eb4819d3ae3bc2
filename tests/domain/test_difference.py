"""What the CRM says otherwise than the contract is told in words, with the charges it touches."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contract import Contract, contract_of
from domain.deal import Deal, Discount, LineStatus, PlannedMilestone, QuoteLine
from domain.difference import difference, terms_digest
from domain.ids import OwnerId
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.tax import TaxClass
from tests.deals import POLICY, company, deal

WON: Deal = deal(1, is_won=True)
CONTRACT: Contract = contract_of(WON, POLICY)
ALL = tuple(charge.id for charge in CONTRACT.charges)
BUILD, FOR = "'Build'", " for 9,600.01 EUR, labour"
DESIGN, GO_LIVE, HYPERCARE = WON.milestones


def read(**changes: object) -> Deal:
    return WON.model_copy(update=changes)


def line(place: int = 0, **changes: object) -> QuoteLine:
    return WON.lines[place].model_copy(update=changes)


def test_a_deal_as_agreed_differs_in_nothing() -> None:
    assert difference(CONTRACT, WON) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_won": False}, "stage: agreed won, now not won"),
        ({"value": None}, "amount: agreed 10,000.01 EUR, now nothing"),
        ({"value": Money.of(9, "EUR")}, "amount: agreed 10,000.01 EUR, now 9.00 EUR"),
        ({"payment_terms": PaymentTerms(days=0)}, "payment terms: agreed 30 days, now 0 days"),
        ({"tax_class": TaxClass.REDUCED}, "tax class: agreed standard, now reduced"),
        (
            {"lines": (line(), line(1, status=LineStatus.OPTIONAL))},
            "line: agreed 'Licence', 1 piece for 400.00 EUR, licence, now nothing",
        ),
        (
            {"lines": (line(quantity=Decimal(9)), line(1))},
            f"line: agreed {BUILD}, 10 day{FOR}, now {BUILD}, 9 day{FOR}",
        ),
    ],
)
def test_what_decides_a_price_touches_every_charge(changes: dict[str, object], words: str) -> None:
    [change] = difference(CONTRACT, read(**changes))
    assert str(change) == words
    assert change.charges == ALL


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": OwnerId("owner-2")}, "owner: agreed owner-1, now owner-2"),
        ({"owner": None}, "owner: agreed owner-1, now nothing"),
        ({"start": date(2026, 12, 2)}, "start: agreed 2026-12-01, now 2026-12-02"),
        ({"end": None}, "end: agreed 2027-03-31, now nothing"),
        ({"scope": "More"}, "scope: agreed Roll the telemetry out to all sites, now More"),
        ({"template": "support"}, "template: agreed implementation, now support"),
        ({"sla": ()}, "sla: agreed response P1 4 h 5 %, now nothing"),
    ],
)
def test_what_decides_the_delivery_is_shown_and_touches_no_charge(
    changes: dict[str, object], words: str
) -> None:
    [change] = difference(CONTRACT, read(**changes))
    assert str(change) == words
    assert change.charges == ()


def test_a_changed_milestone_touches_only_its_own_charge() -> None:
    later = GO_LIVE.model_copy(update={"due": None})
    [change] = difference(CONTRACT, read(milestones=(DESIGN, later, HYPERCARE)))
    assert str(change) == (
        "milestone: agreed 'Go-live' for 33.33 %, 2027-02-26,"
        " now 'Go-live' for 33.33 %, on acceptance"
    )
    assert change.charges == ("go-live",)


def test_a_renamed_milestone_is_one_that_went_and_one_that_came() -> None:
    renamed = GO_LIVE.model_copy(update={"name": "Launch"})
    went, came = difference(CONTRACT, read(milestones=(DESIGN, renamed, HYPERCARE)))
    assert (went.found, went.charges) == ("", ("go-live",))
    assert (came.agreed, came.charges) == ("", ())


def test_milestones_in_another_order_are_the_same_plan() -> None:
    assert difference(CONTRACT, read(milestones=WON.milestones[::-1])) == ()


def test_an_amount_in_place_of_a_share_is_a_change() -> None:
    amount = PlannedMilestone(name="Design", amount=CONTRACT.charges[0].net, due=DESIGN.due)
    [change] = difference(CONTRACT, read(milestones=(amount, GO_LIVE, HYPERCARE)))
    assert change.charges == ("design",)


def test_another_company_is_named_with_its_number() -> None:
    changes = difference(CONTRACT, read(account=company(2)))
    assert [change.field for change in changes] == ["company", "company's number"]
    assert {change.charges for change in changes} == {ALL}


def test_a_discount_given_later_changes_amount_and_lines() -> None:
    later = read(discount=Discount(share=Decimal(10)), value=Money.of("9000.01", "EUR"))
    fields = [change.field for change in difference(CONTRACT, later)]
    assert fields == ["amount", "line", "line"]


@pytest.mark.parametrize("amount", [0, -1])
def test_a_discount_on_lines_that_cost_nothing_is_still_compared(amount: int) -> None:
    free = tuple(line(n, amount=Money.of(amount, "EUR")) for n in range(2))
    odd = read(discount=Discount(share=Decimal(10)), lines=free, value=Money.zero("EUR"))
    assert "amount" in {change.field for change in difference(CONTRACT, odd)}


changes = st.fixed_dictionaries(
    {},
    optional={
        "is_won": st.booleans(),
        "payment_terms": st.sampled_from([None, PaymentTerms(days=30), PaymentTerms(days=60)]),
        "owner": st.sampled_from([OwnerId("owner-1"), OwnerId("owner-2")]),
        "scope": st.sampled_from([WON.scope, "Less"]),
        "milestones": st.permutations(WON.milestones).map(tuple),
        "name": st.sampled_from([WON.name, "Another"]),
        "probability": st.sampled_from([Decimal(0), Decimal(1)]),
    },
)


@given(changes, changes)
def test_deals_of_one_digest_differ_alike_from_the_contract(
    one: dict[str, object], other: dict[str, object]
) -> None:
    first, second = read(**one), read(**other)
    if terms_digest(first) == terms_digest(second):
        assert difference(CONTRACT, first) == difference(CONTRACT, second)
    if difference(CONTRACT, first) != difference(CONTRACT, second):
        assert terms_digest(first) != terms_digest(second)


def test_our_own_figures_and_names_do_not_change_the_digest() -> None:
    assert terms_digest(read(name="Another", probability=Decimal(0))) == terms_digest(WON)
