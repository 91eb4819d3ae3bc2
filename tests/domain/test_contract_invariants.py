"""Whatever happens, and in whatever order: nothing is billed twice, nothing is lost."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from domain.bill_composition import compose_bills
from domain.billing_arrangement import Advance, Recurring, Retention
from domain.change_order import amend
from domain.charge import Charge
from domain.charging import charges_from
from domain.contract import Contract
from domain.contract_facts import ContractFacts, WorkedTime
from domain.credit_allocation import Allocation, CreditedLine, allocate_credit
from domain.ids import ChargeId, LineId, MilestoneKey
from domain.money import Money
from tests.domain.contracts import (
    TIME,
    bills,
    contract,
    euro,
    line,
    milestone,
    order,
    reached,
    settle,
    time_line,
    worked,
)

TODAY = date(2027, 4, 1)
ZERO = euro(0)
cents = st.integers(1, 10_000_000).map(lambda amount: Decimal(amount) / 100)
values = st.lists(cents, min_size=1, max_size=6)
days = st.dates(date(2026, 6, 1), date(2027, 6, 1))
roles = st.sampled_from(["consultant", "senior consultant"])


@st.composite
def timesheets(draw: st.DrawFn) -> list[WorkedTime]:
    booked = draw(st.lists(st.tuples(roles, days, st.integers(1, 600)), min_size=1, max_size=15))
    return [worked(f"w{n}", *each) for n, each in enumerate(booked)]


def fixed_price(amounts: Sequence[Decimal], share: Decimal = Decimal(5)) -> Contract:
    """Return a contract with milestones, an advance of 30 % and a retention."""
    total = sum(amounts, start=Decimal(0))
    advance = Money.rounded(total * 30 / 100, "EUR")
    return contract(
        line("advance", Advance(share=Decimal(30)), str(advance.amount)),
        *(milestone(f"part-{n}", str(amount)) for n, amount in enumerate(amounts)),
        line("retention", Retention(share=share, release_days=90)),
    )


def total(charges: Sequence[Charge], line_id: str = "") -> Money:
    ours = (c.net for c in charges if not line_id or c.line == line_id)
    return Money.total(ours, "EUR")


def books(facts: ContractFacts) -> set[tuple[ChargeId, Money, Money | None]]:
    return {(charge.id, charge.net, charge.tax) for charge in facts.billed}


def carried(of: Contract, names: Sequence[str]) -> ContractFacts:
    """Reach milestones one by one, bill after each, and accept at the end."""
    facts = settle(of, ContractFacts(), TODAY)
    tax = {LineId("advance"): total(facts.billed, "advance").share(Decimal(23))}
    facts = facts.model_copy(update={"advance_tax": tax})
    for count in range(1, len(names) + 1):
        so_far = {"reached": reached(*names[:count]).reached}
        facts = settle(of, facts.model_copy(update=so_far), TODAY)
    accepted = facts.model_copy(update={"accepted_on": TODAY})
    return settle(of, accepted, TODAY + timedelta(days=90))


@given(values, st.randoms())
def test_milestones_reached_in_another_order_end_in_the_same_books(
    amounts: list[Decimal], chance: Random
) -> None:
    of = fixed_price(amounts)
    names = [arrangement.milestone for _, arrangement, _ in of.milestones()]
    mixed = chance.sample(names, len(names))
    assert books(carried(of, names)) == books(carried(of, mixed))


@given(values, st.sampled_from([Decimal(0), Decimal("2.5"), Decimal(5), Decimal(10)]))
def test_at_the_end_advance_is_used_up_retention_released_and_the_price_billed(
    amounts: list[Decimal], share: Decimal
) -> None:
    of = fixed_price(amounts, share)
    done = carried(of, [arrangement.milestone for _, arrangement, _ in of.milestones()])
    assert total(done.billed, "advance") == ZERO
    assert total(done.billed, "retention") == ZERO
    assert total(done.billed) == of.value
    advance_tax = done.advance_tax[LineId("advance")]
    assert Money.total((c.tax for c in done.billed if c.tax), "EUR") == -advance_tax


@given(values, values, st.data())
def test_after_a_change_order_the_advance_is_still_used_up(
    amounts: list[Decimal], more: list[Decimal], data: st.DataObject
) -> None:
    of = fixed_price(amounts)
    names = [arrangement.milestone for _, arrangement, _ in of.milestones()]
    early = data.draw(st.lists(st.sampled_from(names), unique=True))
    facts = settle(of, ContractFacts(), TODAY)
    facts = settle(of, facts.model_copy(update={"reached": reached(*early).reached}), TODAY)
    change = order(*(milestone(f"more-{n}", str(amount)) for n, amount in enumerate(more)))
    after = amend(of, change, facts.billed).contract
    everything = [arrangement.milestone for _, arrangement, _ in after.milestones()]
    facts = facts.model_copy(update={"reached": reached(*everything).reached})
    assert total(settle(after, facts, TODAY).billed, "advance") == ZERO


@given(timesheets(), st.permutations(range(15)), st.decimals(1, 5000, places=2))
def test_the_order_of_facts_changes_no_charge_and_no_bill(
    sheet: list[WorkedTime], places: list[int], cap: Decimal
) -> None:
    mixed = [sheet[place] for place in places if place < len(sheet)]
    of = contract(milestone("go-live", 4000), time_line(str(cap)))
    one, other = (
        ContractFacts(reached={MilestoneKey("go-live"): TODAY}, time=tuple(each))
        for each in (sheet, mixed)
    )
    assert charges_from(of, one, TODAY) == charges_from(of, other, TODAY)
    assert bills(of, one, TODAY) == bills(of, other, TODAY)
    reversed_charges = charges_from(of, one, TODAY)[::-1]
    assert compose_bills(reversed_charges, of, {})[-1] == bills(of, one, TODAY)[-1]


@given(timesheets(), st.decimals(1, 3000, places=2), st.data())
def test_what_is_billed_under_a_cap_never_exceeds_it_whatever_is_credited(
    sheet: list[WorkedTime], cap: Decimal, data: st.DataObject
) -> None:
    of = contract(time_line(str(cap)))
    facts = ContractFacts()
    for count in range(1, len(sheet) + 1):
        facts = facts.model_copy(update={"time": tuple(sheet[:count])})
        facts = settle(of, facts, TODAY)
        assert total(facts.billed, TIME) <= euro(cap)
        hours = [charge for charge in facts.billed if charge.unit]
        credited = data.draw(st.none() | st.sampled_from(hours)) if hours else None
        kept = tuple(charge for charge in facts.billed if charge != credited)
        facts = facts.model_copy(update={"billed": kept})


@given(timesheets(), st.decimals(1, 3000, places=2), st.decimals(0, 3000, places=2))
def test_a_raised_cap_bills_all_that_it_held_back_and_no_more(
    sheet: list[WorkedTime], cap: Decimal, more: Decimal
) -> None:
    of = contract(time_line(str(cap)))
    facts = settle(of, ContractFacts(time=tuple(sheet)), TODAY)
    raised = amend(of, order(time_line(str(cap + more))), facts.billed).contract
    facts = settle(raised, facts, TODAY)
    uncapped = settle(contract(time_line()), ContractFacts(time=tuple(sheet)), TODAY)
    assert total(facts.billed, TIME) == min(euro(cap + more), total(uncapped.billed, TIME))


@given(
    st.lists(st.tuples(st.integers(0, 3), cents), max_size=8),
    st.lists(st.integers(0, 3), unique=True),
)
def test_billed_less_proposed_credits_never_exceeds_a_lines_value(
    changes: list[tuple[int, Decimal]], done: list[int]
) -> None:
    of = contract(*(milestone(f"part-{n}", 1000) for n in range(4)))
    facts = ContractFacts()
    for place, (number, amount) in enumerate(changes):
        names = [f"part-{n}" for n in done[: place + 1]]
        facts = settle(of, facts.model_copy(update={"reached": reached(*names).reached}), TODAY)
        amended = amend(of, order(milestone(f"part-{number}", str(amount))), facts.billed)
        of = amended.contract
        credits_ = {credit.charge: credit.net for credit in amended.credits}
        facts = facts.model_copy(update={"billed": _less(facts.billed, credits_)})
        for each, _, value in of.milestones():
            assert total(facts.billed, each.id) <= value
    everything = [arrangement.milestone for _, arrangement, _ in of.milestones()]
    facts = settle(of, facts.model_copy(update={"reached": reached(*everything).reached}), TODAY)
    assert total(facts.billed) == of.value


def _less(billed: Sequence[Charge], credits_: dict[ChargeId, Money]) -> tuple[Charge, ...]:
    """Return the live charges after these credits, as finance issue them."""
    left = []
    for charge in billed:
        net = charge.net - credits_.get(charge.id, ZERO)
        if net != ZERO:
            left.append(charge.model_copy(update={"net": net, "unit_price": net.amount}))
    return tuple(left)


@given(timesheets(), st.data())
def test_a_credited_charge_is_free_exactly_once(
    sheet: list[WorkedTime], data: st.DataObject
) -> None:
    of = contract(time_line())
    [bill] = bills(of, ContractFacts(time=tuple(sheet)), TODAY)
    free: list[ChargeId] = []
    for charge in data.draw(st.permutations(bill.charges)):
        allocated = allocate_credit(bill.lines, [CreditedLine(net=charge.net)], free)
        if isinstance(allocated, Allocation):
            assert not set(allocated.charges) & set(free)
            freed = [each.net for each in bill.charges if each.id in allocated.charges]
            assert Money.total(freed, "EUR") == charge.net
            free += allocated.charges


@given(days, st.integers(0, 800), st.booleans(), cents)
def test_periods_of_a_fee_neither_overlap_nor_leave_a_day_out(
    start: date, length: int, in_advance: bool, fee: Decimal
) -> None:
    end = start + timedelta(days=length)
    arrangement = Recurring(fee=euro(fee), start=start, end=end, in_advance=in_advance)
    charges = charges_from(
        contract(line("support", arrangement)), ContractFacts(), end + timedelta(days=40)
    )
    periods = [charge.period for charge in charges if charge.period]
    assert (periods[0].begin, periods[-1].end) == (start, end)
    assert sum(period.days for period in periods) == length + 1
    assert len({charge.id for charge in charges}) == len(charges)
