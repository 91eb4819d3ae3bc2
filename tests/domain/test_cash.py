"""Every cent of a contract is in one place, and every charge has a reason."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.billing_schedule import BillingSchedule, Transition
from domain.cash import blockers, cash_position, is_overdue
from domain.charge import ChargeState, Standing
from domain.contract import Contract, contract_of
from domain.ids import ChargeId
from domain.invoice import Invoice, InvoiceStatus
from domain.money import Money
from tests.deals import POLICY, deal
from tests.invoices import credit_of, invoice

AT = datetime(2026, 12, 1, tzinfo=UTC)
TODAY = date(2026, 12, 1)
CONTRACT: Contract = contract_of(deal(1, is_won=True), POLICY)
BOARD = BillingSchedule.of(CONTRACT.charges, at=AT)


states = st.lists(st.sampled_from(ChargeState), min_size=3, max_size=3)


def moved(to: list[ChargeState]) -> BillingSchedule:
    board = BOARD
    for charge, state in zip(CONTRACT.charges, to, strict=True):
        made = invoice(charge.net) if state.is_invoiced else None
        board = stands(board, charge.id, Standing(state=state, reason="why"), made)
    return board


def stands(
    board: BillingSchedule, charge: ChargeId, standing: Standing, made: Invoice | None = None
) -> BillingSchedule:
    """The schedule in which this charge stands so, on a bill of its own if it is invoiced."""
    reference = board.reference_for(charge)
    if made:
        board = board.billed(reference)
    bill = reference.subject(CONTRACT.deal)
    move = Transition(charges=(charge,), standing=standing, bill=bill, invoice=made)
    return board.apply(move, deal=CONTRACT.deal, at=AT)


@given(states)
def test_planned_billable_held_billed_and_cancelled_are_the_contract(to: list[ChargeState]) -> None:
    board = moved(to)
    position = cash_position(CONTRACT, board, today=TODAY)
    dropped = Money.total((s.charge.net for s in board.in_state(ChargeState.CANCELLED)), "EUR")
    parts = (position.planned, position.billable, position.held, position.billed, dropped)
    assert Money.total(parts, "EUR") == CONTRACT.value


@given(states)
def test_every_charge_is_invoiced_or_says_why_not(to: list[ChargeState]) -> None:
    board = moved(to)
    waiting = {blocker.charge for blocker in blockers(board.statuses)}
    assert waiting == {s.charge.id for s in board.statuses if not s.state.is_invoiced}


def test_paid_and_outstanding_are_what_was_billed_with_vat() -> None:
    charge = CONTRACT.charges[0]
    half = invoice(charge.net, paid=Money.of(1000, "EUR"))
    board = stands(BOARD, charge.id, Standing(state=ChargeState.ISSUED), half)
    position = cash_position(CONTRACT, board, today=TODAY)
    assert position.paid + position.outstanding == position.billed + position.tax


def test_a_full_credit_takes_the_whole_net_back() -> None:
    made = invoice(CONTRACT.charges[0].net)
    credited = made.model_copy(update={"credit_notes": (credit_of(made),)})
    assert (credited.credited, credited.credited_net) == (made.gross, made.net)
    assert not credited.outstanding


def test_of_a_credit_note_that_went_elsewhere_too_a_part_counts() -> None:
    made = invoice(Money.of(100, "EUR"))
    note = credit_of(made, allocated=Money.of("61.50", "EUR"))
    assert note.allocated_net == Money.of(50, "EUR")


def test_nothing_is_owed_on_a_voided_invoice() -> None:
    made = invoice(Money.of(100, "EUR"))
    assert not made.model_copy(update={"status": InvoiceStatus.GONE}).outstanding


def test_an_invoice_is_overdue_on_the_day_after_it_was_due() -> None:
    made = invoice(CONTRACT.charges[0].net)
    assert not is_overdue(made, date(2026, 12, 31))
    assert is_overdue(made, date(2027, 1, 1))


def test_since_stays_where_the_state_stays() -> None:
    later = AT.replace(day=2)
    still = Standing(state=ChargeState.PLANNED, reason="still")
    move = Transition(charges=(ChargeId("design"),), standing=still)
    again = BOARD.apply(move, deal=CONTRACT.deal, at=later)
    assert again[ChargeId("design")].since == AT
    assert again[ChargeId("design")].reason == "still"


def test_a_voided_invoice_counts_as_never_billed_and_its_charge_is_billed_again() -> None:
    charge = CONTRACT.charges[0]
    made = invoice(charge.net)
    issued = stands(BOARD, charge.id, Standing(state=ChargeState.ISSUED), made)
    gone = made.model_copy(update={"status": InvoiceStatus.GONE})
    voided = stands(issued, charge.id, Standing.freed("INV-1 was voided"), gone)
    position = cash_position(CONTRACT, voided, today=TODAY)
    assert (position.billed, position.outstanding) == (Money.zero("EUR"), Money.zero("EUR"))
    assert position.held == charge.net
    assert voided.reference_for(charge.id).revision == 2


def test_a_credited_invoice_stays_in_the_figures_when_its_charge_is_billed_again() -> None:
    charge = CONTRACT.charges[0]
    made = invoice(charge.net)
    issued = stands(BOARD, charge.id, Standing(state=ChargeState.ISSUED), made)
    credited = made.model_copy(update={"credit_notes": (credit_of(made),)})
    freed = stands(issued, charge.id, Standing.freed("INV-1 was credited"), credited)
    again = stands(freed, charge.id, Standing(state=ChargeState.ISSUED), invoice(charge.net))
    position = cash_position(CONTRACT, again, today=TODAY)
    assert (position.billed, position.credited) == (charge.net + charge.net, charge.net)
    assert position.outstanding == made.gross
