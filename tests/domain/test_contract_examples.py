"""The rules of billing with their numbers: time, advance, retention, fees, changes, credits."""

from datetime import date
from decimal import Decimal

import pytest

from domain.bill_composition import BillLine, PlannedBill, compose_bills
from domain.billing_arrangement import Advance, ByMilestone, Expenses, Recurring, Retention
from domain.change_order import amend
from domain.charge import Source
from domain.charging import charges_from
from domain.contract import Contract
from domain.contract_facts import ContractFacts, Expense
from domain.contract_line import ContractLine
from domain.credit_allocation import Allocation, Ambiguous, CreditedLine, allocate_credit
from domain.deal import Unit
from domain.ids import ChargeId, LineId, MilestoneKey
from domain.money import Money
from domain.refusal import Refusal
from domain.tax import TaxClass
from tests.domain.contracts import (
    ENTRIES,
    bills,
    contract,
    euro,
    line,
    milestone,
    nets,
    order,
    reached,
    settle,
    time_line,
    worked,
)

TODAY = date(2027, 4, 1)


def rows(of: tuple[BillLine, ...]) -> list[tuple[str, str]]:
    return [(each.description, str(each.net.amount)) for each in of]


# ------------------------------------------------------------- time and materials


def test_time_is_rounded_per_entry_and_priced_by_its_work_date() -> None:
    charges = charges_from(contract(time_line()), ContractFacts(time=ENTRIES), TODAY)
    assert [(str(c.quantity), str(c.net.amount)) for c in charges] == [
        ("2", "240.00"),
        ("0.5", "63.00"),
        ("7.5", "675.00"),
    ]
    assert {c.unit for c in charges} == {Unit.HOUR}


def test_under_a_cap_all_time_is_claimed_and_a_line_takes_off_what_exceeds_it() -> None:
    [bill] = bills(contract(time_line("900.00")), ContractFacts(time=ENTRIES), TODAY)
    assert rows(bill.lines) == [
        ("senior consultant, 2027-02, 2 h", "240.00"),
        ("consultant, 2027-03, 7.5 h", "675.00"),
        ("senior consultant, 2027-03, 0.5 h", "63.00"),
        ("not-to-exceed", "-78.00"),
    ]
    assert bill.net == euro("900.00")


def test_what_exceeded_the_cap_is_billed_once_a_change_order_raises_it() -> None:
    capped = contract(time_line("900.00"))
    facts = settle(capped, ContractFacts(time=ENTRIES), TODAY)
    assert bills(capped, facts, TODAY) == ()
    raised = amend(capped, order(time_line("950.00")), facts.billed).contract
    [bill] = bills(raised, facts, TODAY)
    assert rows(bill.lines) == [("not-to-exceed", "50.00")]
    facts = settle(raised, facts, TODAY)
    again = amend(raised, order(time_line("2000.00")), facts.billed).contract
    [rest] = bills(again, facts, TODAY)
    assert rest.net == euro("28.00")
    assert bills(again, settle(again, facts, TODAY), TODAY) == ()


def test_a_credit_under_a_cap_counts_back() -> None:
    capped = contract(time_line("900.00"))
    facts = settle(capped, ContractFacts(time=ENTRIES), TODAY)
    kept = tuple(charge for charge in facts.billed if charge.id != "time.w3")
    [again] = bills(capped, facts.model_copy(update={"billed": kept}), TODAY)
    assert rows(again.lines) == [("consultant, 2027-03, 7.5 h", "675.00")]


def test_nothing_is_billed_while_the_cap_leaves_nothing() -> None:
    capped = contract(time_line("900.00"))
    facts = settle(capped, ContractFacts(time=ENTRIES), TODAY)
    more = (*ENTRIES, worked("w4", "consultant", date(2027, 3, 9), 60))
    late = facts.model_copy(update={"time": more})
    assert [c.id for c in charges_from(capped, late, TODAY)] == ["time.w4"]
    assert bills(capped, late, TODAY) == ()


def test_a_day_without_an_agreed_rate_says_who_must_add_one() -> None:
    early = (worked("w0", "consultant", date(2025, 12, 31), 60),)
    with pytest.raises(Refusal, match="a change order must add one"):
        charges_from(contract(time_line()), ContractFacts(time=early), TODAY)


def test_a_held_entry_waits_and_the_others_are_billed() -> None:
    of, facts = contract(time_line()), ContractFacts(time=ENTRIES)
    held = {ChargeId("time.w3"): "the customer disputes it"}
    [bill] = compose_bills(charges_from(of, facts, TODAY), of, held)
    assert {charge.id for charge in bill.charges} == {"time.w1", "time.w2"}


def test_an_expense_is_billed_with_its_mark_up() -> None:
    travel = Expense(
        line=LineId("travel"),
        description="Train to Nitra",
        day=date(2027, 3, 2),
        cost=euro("41.50"),
        source=Source(system="redmine", id="e1", version="1"),
    )
    of = contract(line("travel", Expenses(markup=Decimal(10))))
    [bill] = bills(of, ContractFacts(expenses=(travel,)), TODAY)
    assert rows(bill.lines) == [("Train to Nitra", "45.65")]


# ------------------------------------------------------------------------ advance


def prepaid(*values: int) -> Contract:
    milestones = [milestone(f"part-{n}", value) for n, value in enumerate(values, start=1)]
    return contract(line("advance", Advance(share=Decimal(30)), "3000.00"), *milestones)


def with_advance(of: Contract, *milestones: str) -> ContractFacts:
    """Return the facts once the advance is billed with its tax, and these are reached."""
    [advance] = charges_from(of, ContractFacts(), TODAY)
    tax = {advance.line: euro("690.00")}
    return reached(*milestones, billed=(advance,), advance_tax=tax)


def test_an_advance_is_billed_before_the_work() -> None:
    [bill] = bills(prepaid(4000, 3000, 3000), ContractFacts(), TODAY)
    assert rows(bill.lines) == [("Advance", "3000.00")]


def test_a_milestone_deducts_its_share_of_the_advance_with_the_stored_tax() -> None:
    of = prepaid(4000, 3000, 3000)
    [bill] = bills(of, with_advance(of, "part-1"), TODAY)
    work, deducted = bill.lines
    assert (work.net, deducted.net, deducted.tax) == (
        euro("4000.00"),
        euro("-1200.00"),
        euro("-276.00"),
    )
    assert bill.net == euro("2800.00")
    assert work.net.share(Decimal(23)) + (deducted.tax or euro(0)) == euro("644.00")


def test_after_the_last_bill_the_advance_is_used_up_to_the_cent() -> None:
    of = prepaid(3333, 3333, 3334)
    facts = settle(of, with_advance(of, "part-1", "part-2", "part-3"), TODAY)
    used = [charge for charge in facts.billed if charge.part_of]
    assert [str(charge.net.amount) for charge in used] == ["-999.90", "-999.90", "-1000.20"]
    assert Money.total((c.tax for c in used if c.tax), "EUR") == euro("-690.00")


def test_a_change_order_spreads_what_is_left_of_an_advance() -> None:
    of = prepaid(4000, 3000, 3000)
    facts = settle(of, with_advance(of, "part-1"), TODAY)
    after = amend(of, order(milestone("part-4", 2000)), facts.billed).contract
    facts = facts.model_copy(update={"reached": reached(*after_names(after)).reached})
    used = [charge for charge in settle(after, facts, TODAY).billed if charge.part_of]
    assert Money.total((charge.net for charge in used), "EUR") == euro("-3000.00")
    assert Money.total((c.tax for c in used if c.tax), "EUR") == euro("-690.00")


def test_a_milestone_that_is_paid_in_advance_is_a_bill_of_nothing() -> None:
    of = contract(line("advance", Advance(share=Decimal(100)), "4000.00"), milestone("all", 4000))
    [bill] = bills(of, with_advance(of, "all"), TODAY)
    assert rows(bill.lines) == [("All", "4000.00"), ("Advance: deducted", "-4000.00")]


def test_nothing_is_deducted_of_an_advance_that_is_not_billed() -> None:
    of = prepaid(4000, 6000)
    charges = charges_from(of, reached("part-1"), TODAY)
    assert nets(charges) == {"advance": "3000.00", "part-1": "4000.00"}


def after_names(of: Contract) -> list[str]:
    return [arrangement.milestone for _, arrangement, _ in of.milestones()]


# ---------------------------------------------------------------------- retention


def test_a_retention_is_withheld_of_a_milestone_and_released_after_the_acceptance() -> None:
    kept = line("retention", Retention(share=Decimal(5), release_days=90))
    of = contract(milestone("go-live", 4000), kept)
    [bill] = bills(of, reached("go-live"), TODAY)
    assert rows(bill.lines) == [("Go live", "4000.00"), ("Retention: 5 % withheld", "-200.00")]
    facts = settle(of, reached("go-live", accepted_on=date(2027, 4, 1)), TODAY)
    assert bills(of, facts, date(2027, 6, 29)) == ()
    [release] = bills(of, facts, date(2027, 6, 30))
    assert rows(release.lines) == [("Retention: released", "200.00")]
    done = settle(of, facts, date(2027, 6, 30))
    assert Money.total((c.net for c in done.billed), "EUR") == euro("4000.00")


# ---------------------------------------------------------------------- recurring


def fee(*, in_advance: bool = True, end: date | None = None) -> ContractLine:
    arrangement = Recurring(
        fee=euro("1500.00"), start=date(2027, 2, 15), in_advance=in_advance, end=end
    )
    return line("support", arrangement)


def test_a_fee_in_advance_begins_with_a_part_of_a_month_and_comes_on_each_first() -> None:
    of, none = contract(fee()), ContractFacts()
    assert charges_from(of, none, date(2027, 2, 14)) == ()
    assert nets(charges_from(of, none, date(2027, 3, 31))) == {
        "support.2027-02": "750.00",
        "support.2027-03": "1500.00",
    }
    assert len(charges_from(of, none, date(2027, 4, 1))) == 3


def test_a_fee_in_arrears_is_billed_once_its_month_is_over() -> None:
    of, none = contract(fee(in_advance=False)), ContractFacts()
    assert charges_from(of, none, date(2027, 2, 28)) == ()
    assert nets(charges_from(of, none, date(2027, 3, 1))) == {"support.2027-02": "750.00"}


def test_a_fee_that_ends_costs_the_days_of_its_last_month() -> None:
    of = contract(fee(end=date(2027, 6, 10)))
    charges = charges_from(of, ContractFacts(), date(2027, 9, 1))
    assert nets(charges)[ChargeId("support.2027-06")] == "500.00"
    assert len(charges) == 5


def test_a_fee_that_ends_after_it_was_billed_leaves_a_credit_proposal() -> None:
    of = contract(fee())
    facts = settle(of, ContractFacts(), date(2027, 6, 1))
    [credit] = amend(of, order(fee(end=date(2027, 6, 10))), facts.billed).credits
    assert (credit.charge, credit.net) == ("support.2027-06", euro("1000.00"))


# ------------------------------------------------------------------- change order


def fixed() -> Contract:
    return contract(milestone("first", 3000), milestone("second", 3000), milestone("third", 4000))


def test_a_change_order_makes_the_next_revision() -> None:
    amended = amend(fixed(), order(milestone("mobile-app", 6000), milestone("third", 3500)))
    assert (amended.contract.revision, amended.contract.value) == (2, euro("15500.00"))
    assert nets(amended.added) == {"mobile-app": "6000.00"}
    assert nets(amended.replaced) == {"third": "3500.00"}
    assert amended.replaced[0].revision == 2
    assert amended.credits == ()
    total = Money.total((charge.net for charge in amended.contract.charges), "EUR")
    assert total == amended.contract.value


def test_lowering_what_is_billed_proposes_a_credit_and_changes_no_charge() -> None:
    of = fixed()
    facts = settle(of, reached("third"), TODAY)
    amended = amend(of, order(milestone("third", 3500)), facts.billed)
    assert [(c.charge, c.net) for c in amended.credits] == [("third", euro("500.00"))]
    assert (amended.added, amended.replaced, amended.ended) == ((), (), ())
    assert amended.contract.value == euro("9500.00")
    again = amended.contract.charge("third")
    assert (again.net, again.revision) == (euro("3500.00"), 2)


def test_raising_what_is_billed_is_a_charge_of_its_own() -> None:
    of = fixed()
    facts = settle(of, reached("third"), TODAY)
    after = amend(of, order(milestone("third", 4500)), facts.billed).contract
    [bill] = bills(after, facts, TODAY)
    assert (bill.key, bill.net) == ("third.r2", euro("500.00"))


def test_a_second_change_takes_an_unbilled_addition_in() -> None:
    of = fixed()
    facts = settle(of, reached("third"), TODAY)
    once = amend(of, order(milestone("third", 4500)), facts.billed).contract
    twice = amend(once, order(milestone("third", 4800)), facts.billed)
    assert twice.ended == ("third.r2",)
    assert nets(bills(twice.contract, facts, TODAY)[0].charges) == {"third.r3": "800.00"}


def test_a_line_that_ends_is_billed_no_more() -> None:
    of = fixed()
    facts = settle(of, reached("first"), TODAY)
    amended = amend(of, order(ended=["first", "second"]), facts.billed)
    assert amended.ended == ("second",)
    assert [(c.charge, c.net) for c in amended.credits] == [("first", euro("3000.00"))]
    assert amended.contract.value == euro("4000.00")


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        (milestone("third", -1), "third: a line of -1.00 EUR is below zero"),
        (milestone("first", 3000, TaxClass.REDUCED), "first is billed: its tax class"),
        (
            line("fourth", ByMilestone(milestone=MilestoneKey("fourth"))),
            "fourth: a milestone needs",
        ),
    ],
)
def test_what_a_change_order_may_not_do_is_refused_and_nothing_changes(
    changed: ContractLine, refusal: str
) -> None:
    of = fixed()
    facts = settle(of, reached("first"), TODAY)
    amended = amend(of, order(changed, milestone("new", 1)), facts.billed)
    assert amended.contract == of
    assert len(amended.refusals) == 1
    assert amended.refusals[0].startswith(refusal)


def test_a_line_that_is_not_there_cannot_end() -> None:
    assert amend(fixed(), order(ended=["fourth"])).refusals == ("there is no line 'fourth' to end",)


# ------------------------------------------------------------------------ credits


def issued() -> PlannedBill:
    [bill] = bills(contract(time_line()), ContractFacts(time=ENTRIES), TODAY)
    return bill


def credit(*nets: str, said: str = "") -> list[CreditedLine]:
    return [CreditedLine(description=said, net=euro(net)) for net in nets]


def test_a_partial_credit_frees_exactly_the_entry_that_it_credits() -> None:
    of, bill = contract(time_line()), issued()
    assert bill.net == euro("978.00")
    allocated = allocate_credit(bill.lines, credit("675.00"))
    assert allocated == Allocation(charges=(ChargeId("time.w3"),))
    assert euro("675.00").share(Decimal(23)) == euro("155.25")
    left = tuple(charge for charge in bill.charges if charge.id not in allocated.charges)
    facts = ContractFacts(time=ENTRIES, billed=left)
    assert [charge.id for charge in charges_from(of, facts, TODAY)] == ["time.w3"]


def test_a_credit_that_fits_no_line_is_asked_about() -> None:
    found = allocate_credit(issued().lines, credit("100.00"))
    assert isinstance(found, Ambiguous)
    assert (found.net, found.why) == (euro("100.00"), "100.00 EUR fits no charge")
    assert set(found.candidates) == {"time.w1", "time.w2", "time.w3"}


def test_a_credit_over_all_that_is_left_frees_all_of_it() -> None:
    lines, first = issued().lines, (ChargeId("time.w3"),)
    allocated = allocate_credit(lines, credit("303.00"), credited=first)
    assert isinstance(allocated, Allocation)
    assert set(allocated.charges) == {"time.w1", "time.w2"}


def test_a_credited_charge_cannot_be_credited_again() -> None:
    again = allocate_credit(issued().lines, credit("675.00"), credited=(ChargeId("time.w3"),))
    assert isinstance(again, Ambiguous)


def test_two_charges_of_one_price_are_distinguished_by_their_description() -> None:
    alike = (worked("a", "consultant", date(2027, 3, 2), 60),)
    other = (worked("b", "consultant", date(2027, 4, 2), 60),)
    third = (worked("c", "senior consultant", date(2027, 4, 2), 60),)
    facts = ContractFacts(time=(*alike, *other, *third))
    [bill] = bills(contract(time_line()), facts, TODAY)
    vague = allocate_credit(bill.lines, credit("90.00"))
    assert isinstance(vague, Ambiguous)
    assert vague.why == "90.00 EUR fits 2 charges alike"
    clear = allocate_credit(bill.lines, credit("90.00", said="consultant, 2027-04, 1 h"))
    assert clear == Allocation(charges=(ChargeId("time.b"),))


# ------------------------------------------------------------------ several taxes


def test_one_bill_has_lines_of_several_tax_classes() -> None:
    """A milestone may stand for lines of several classes: one bill, each line with its own."""
    app = milestone("go-live", 4000)
    book = line("manual", app.arrangement, 100, TaxClass.SECOND_REDUCED)
    [bill] = bills(contract(app, book), reached("go-live"), TODAY)
    assert [(each.net, each.tax_class) for each in bill.lines] == [
        (euro(4000), TaxClass.STANDARD),
        (euro(100), TaxClass.SECOND_REDUCED),
    ]
    rates = {TaxClass.STANDARD: Decimal(23), TaxClass.SECOND_REDUCED: Decimal(5)}
    taxes = [each.net.share(rates[each.tax_class]) for each in bill.lines]
    assert Money.total(taxes, "EUR") == euro("925.00")
