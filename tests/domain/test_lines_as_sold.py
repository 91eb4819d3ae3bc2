"""Lines as sold: discounts, options, free lines, other units, and a billing plan that adds up."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contract import Contract, contract_of
from domain.deal import CostType, Deal, Discount, LineStatus, PlannedMilestone, QuoteLine, Unit
from domain.ids import slug_of
from domain.money import Money
from domain.preflight import preflight
from domain.project import plan_project
from tests.deals import POLICY, deal

DUE = date(2027, 2, 26)


def won(**changes: object) -> Deal:
    return deal(1, is_won=True, **changes)


def line(**changes: object) -> QuoteLine:
    return won().lines[0].model_copy(update=changes)


def problems(of: Deal) -> list[str]:
    return [finding.problem for finding in preflight(of, POLICY)]


def agreed(of: Deal) -> Contract:
    assert preflight(of, POLICY) == ()
    return contract_of(of, POLICY)


def milestone(name: str, part: str) -> PlannedMilestone:
    if part.endswith("%"):
        return PlannedMilestone(name=name, share=Decimal(part[:-1]), due=DUE)
    return PlannedMilestone(name=name, amount=Money.of(part, "EUR"), due=DUE)


def nets(contract: Contract) -> list[str]:
    return [str(charge.net.amount) for charge in contract.charges]


def test_three_thirds_are_the_whole() -> None:
    thirds = tuple(milestone(name, "33.33%") for name in ("Design", "Go-live", "Hypercare"))
    assert nets(agreed(won(milestones=thirds))) == ["3333.34", "3333.34", "3333.33"]


@pytest.mark.parametrize("shares", [("33%", "33%", "33%"), ("33.3%", "33.3%", "33.2%")])
def test_shares_that_leave_something_out_are_refused(shares: tuple[str, ...]) -> None:
    parts = tuple(milestone(f"Part {n}", share) for n, share in enumerate(shares))
    [problem] = problems(won(milestones=parts))
    assert "not 100 %" in problem


def test_amounts_stand_as_agreed_and_shares_cut_the_rest() -> None:
    plan = (milestone("Design", "4000.00"), milestone("Build", "30%"), milestone("Go-live", "30%"))
    value = Money.of(10000, "EUR")
    of = won(value=value, lines=(line(amount=value, rate=Decimal(1000)),), milestones=plan)
    assert nets(agreed(of)) == ["4000.00", "3000.00", "3000.00"]


def test_amounts_alone_must_be_the_price() -> None:
    plan = (milestone("Design", "4000.00"), milestone("Go-live", "6000.00"))
    assert problems(won(milestones=plan)) == [
        "the milestones add up to 10,000.00 EUR, the deal says 10,000.01 EUR"
    ]


def test_a_milestone_in_another_currency_is_refused() -> None:
    plan = (PlannedMilestone(name="Design", amount=Money.of(250000, "CZK"), due=DUE),)
    assert problems(won(milestones=plan)) == ["milestones and deal differ in currency"]


def test_a_milestone_on_acceptance_is_planned_for_the_end_of_the_project() -> None:
    of = won(milestones=(PlannedMilestone(name="All", share=Decimal(100), due=None),))
    contract = agreed(of)
    assert contract.charges[0].due is None
    assert plan_project(contract, POLICY).milestones[0].due == of.end


def test_a_milestone_is_known_by_its_name_wherever_it_stands() -> None:
    plan = tuple(milestone(name, "50%") for name in ("Návrh, 1. časť", "Go-live"))
    forwards, backwards = (agreed(won(milestones=each)) for each in (plan, plan[::-1]))
    assert [charge.id for charge in forwards.charges] == ["navrh-1-cast", "go-live"]
    assert {line.id for line in forwards.lines} == {line.id for line in backwards.lines}


def test_two_milestones_that_read_as_one_name_are_refused() -> None:
    plan = (milestone("Go-live", "50%"), milestone("Go live", "50%"))
    assert problems(won(milestones=plan)) == [
        "'Go-live' and 'Go live' read as one name: rename one of them"
    ]


@given(st.text(min_size=1))
def test_a_slug_is_short_and_plain_and_always_the_same(name: str) -> None:
    slug = slug_of(name)
    assert slug == slug_of(name)
    assert 0 < len(slug) <= 40
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_an_optional_line_is_no_part_of_the_contract() -> None:
    more = line(id="option", name="Option", status=LineStatus.OPTIONAL)
    contract = agreed(won(lines=(*won().lines, more)))
    assert [sold.name for sold in contract.quote] == ["Build", "Licence"]


def test_a_deal_of_options_only_has_no_budget() -> None:
    optional = {"status": LineStatus.OPTIONAL}
    options = tuple(each.model_copy(update=optional) for each in won().lines)
    assert problems(won(lines=options)) == ["no budget: every line is optional"]


def test_a_free_line_costs_nothing_and_its_hours_are_planned() -> None:
    free = line(id="training", name="Training", quantity=Decimal(1), amount=Money.zero("EUR"))
    contract = agreed(won(lines=(*won().lines, free)))
    assert sum(p.hours for p in plan_project(contract, POLICY).packages) == Decimal(88)


def test_a_discount_on_the_deal_is_shared_out_over_its_lines() -> None:
    of = won(value=Money.of("9000.01", "EUR"), discount=Discount(amount=Money.of(1000, "EUR")))
    assert [str(sold.amount.amount) for sold in agreed(of).quote] == ["8640.01", "360.00"]


def test_a_discount_in_percent_is_of_the_sum_of_the_lines() -> None:
    of = won(value=Money.of("9000.01", "EUR"), discount=Discount(share=Decimal(10)))
    assert Money.total((sold.amount for sold in agreed(of).quote), "EUR") == of.value


def test_a_discount_that_the_amount_does_not_show_is_refused() -> None:
    [problem] = problems(won(discount=Discount(share=Decimal(5))))
    assert problem == (
        "the lines add up to 10,000.01 EUR less the discount of 500.00 EUR,"
        " the deal says 10,000.01 EUR"
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"unit": Unit.PIECE}, "'Build' is work by the piece: say how many hours it plans"),
        ({"unit": Unit.MONTH}, "'Build' is work by the month: say how many hours it plans"),
        ({"quantity": Decimal(0)}, "'Build' has the quantity 0: it must be more than nothing"),
        (
            {"amount": Money.of("9600.02", "EUR")},
            "'Build' costs 9,600.02 EUR, but 10 × 960.001 is 9,600.01 EUR",
        ),
        (
            {"amount": Money.of("-1.00", "EUR")},
            "'Build' is -1.00 EUR: give a reduction as a discount",
        ),
    ],
)
def test_a_line_that_cannot_be_delivered_or_billed_is_named(
    changes: dict[str, object], problem: str
) -> None:
    of = won(lines=(line(**changes), won().lines[1]))
    assert problem in problems(of)


@given(
    st.lists(st.decimals(0, 500, places=4), min_size=1, max_size=5),
    st.lists(st.integers(1, 10_000), min_size=1, max_size=7),
)
def test_planned_hours_add_up_to_the_hours_sold(hours: list[Decimal], weights: list[int]) -> None:
    price = Money.of(sum(weights), "EUR")
    plan = tuple(milestone(f"Part {n}", str(weight)) for n, weight in enumerate(weights))
    lines = tuple(
        line(id=str(n), unit=Unit.PIECE, hours=each, cost_type=CostType.LABOUR)
        for n, each in enumerate(hours)
    )
    contract = contract_of(won(value=price, lines=lines, milestones=plan), POLICY)
    assert sum(p.hours for p in plan_project(contract, POLICY).packages) == sum(hours)


@given(st.lists(st.decimals("0.01", 100, places=2), min_size=1, max_size=12))
def test_milestones_by_share_add_up_to_the_price(shares: list[Decimal]) -> None:
    plan = tuple(milestone(f"Part {n}", f"{share}%") for n, share in enumerate(shares))
    contract = contract_of(won(milestones=plan), POLICY)
    assert Money.total((charge.net for charge in contract.charges), "EUR") == contract.value
