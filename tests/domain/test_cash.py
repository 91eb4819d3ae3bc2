"""Every cent of a contract is in one place, and every charge has a reason."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.billing_schedule import BillingSchedule, Transition
from domain.cash import blockers, cash_position, is_overdue
from domain.charge import ChargeState
from domain.contract import Contract, contract_of
from domain.ids import ChargeId
from domain.invoice import InvoiceStatus
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
        board = board.apply(
            Transition(charge=charge.id, state=state, reason="why", invoice=made), at=AT
        )
    return board


@given(states)
def test_planned_billable_held_billed_and_cancelled_are_the_contract(to: list[ChargeState]) -> None:
    board = moved(to)
    position = cash_position(CONTRACT, board.statuses, today=TODAY)
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
    board = BOARD.apply(Transition(charge=charge.id, state=ChargeState.ISSUED, invoice=half), at=AT)
    position = cash_position(CONTRACT, board.statuses, today=TODAY)
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
    again = BOARD.apply(
        Transition(charge=ChargeId("design"), state=ChargeState.PLANNED, reason="still"), at=later
    )
    assert again[ChargeId("design")].since == AT
    assert again[ChargeId("design")].reason == "still"
