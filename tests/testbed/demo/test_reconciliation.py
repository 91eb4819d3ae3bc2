from dataclasses import replace
from datetime import date
from decimal import Decimal

from testbed.demo.orders import order
from testbed.demo.reconciliation import Reconciliation
from testbed.demo.report import Report, report_of
from testbed.demo.story import Sale, Step, Story
from testbed.demo.systems import Bill, Figures
from testbed.histories import Cost

NET, GROSS = Decimal("100.01"), Decimal("123.01")


def invoice(number: int, *, is_paid: bool = True) -> Bill:
    return Bill(
        id=f"i{number}",
        reference=f"cw:acme:hubspot:7:m{number}:r1",
        number=f"INV-{number}",
        currency="EUR",
        net=NET,
        gross=GROSS,
        due=Decimal(0) if is_paid else GROSS,
        is_paid=is_paid,
    )


def good() -> Reconciliation:
    """One deal with two milestones, invoiced and paid."""
    sold = order(10_000, milestones=2, seed=7, today=date(2026, 11, 24))
    return Reconciliation(
        sale=Sale(order=sold, id="7", is_closed=True),
        figures=Figures(
            sold=2 * NET,
            contracted=2 * NET,
            billed=2 * NET,
            paid=2 * GROSS,
            outstanding=Decimal(0),
            won_to_project=1.5,
        ),
        reached=2,
        projects=1,
        customers=1,
        invoices=(invoice(1), invoice(2)),
        received=2 * GROSS,
    )


def report_on(reconciliation: Reconciliation, parked: tuple[str, ...] = ()) -> Report:
    story = Story()
    for step in (Step.WON, Step.PROJECT, Step.CLOSED):
        story.tell(step, "hubspot", "it went on")
    costs = [Cost(runs=1, events=90, bytes=9000, actions=30)]
    return report_of([reconciliation], story, costs, parked=parked, faults=0, kills=0)


def test_three_systems_that_agree_are_a_good_end() -> None:
    assert good().mismatches == ()
    assert report_on(good()).is_good


def test_a_cent_that_the_crm_lacks_is_a_mismatch() -> None:
    figures = replace(good().figures, paid=2 * GROSS - Decimal("0.01"))
    short = replace(good(), figures=figures)
    (said,) = short.mismatches
    assert "paid in the CRM and received in the ERP" in said
    assert not report_on(short).is_good


def test_a_milestone_reached_but_never_invoiced_is_a_mismatch() -> None:
    assert "milestones reached and invoices" in "".join(replace(good(), reached=3).mismatches)


def test_a_second_invoice_under_one_reference_is_a_duplicate() -> None:
    twice = replace(good(), invoices=(invoice(1), invoice(2), invoice(2)))
    assert twice.duplicates == 1
    assert not report_on(twice).is_good


def test_a_second_project_or_customer_is_a_duplicate() -> None:
    assert replace(good(), projects=2, customers=3).duplicates == 3


def test_an_invoice_that_is_not_paid_spoils_the_end_even_where_all_agree() -> None:
    unpaid = replace(
        good(),
        figures=replace(good().figures, paid=GROSS, outstanding=GROSS),
        invoices=(invoice(1), invoice(2, is_paid=False)),
        received=GROSS,
    )
    assert unpaid.mismatches == ()
    assert not report_on(unpaid).is_good
    assert "1 of 2 invoices are paid" in report_on(unpaid).sentence


def test_a_deal_that_waits_for_a_person_is_a_problem() -> None:
    report = report_on(good(), parked=("handoff:hubspot:7 waits for deal owner",))
    assert (report.parked, report.is_good) == (1, False)
    assert "handoff:hubspot:7 waits for deal owner" in report.problems
