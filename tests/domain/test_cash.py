"""Every cent of a contract is in one place, and every charge has a reason."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.billing_schedule import BillingSchedule, Transition
from domain.cash import blockers, cash_position, is_overdue, net_credit
from domain.charge import ChargeState
from domain.contract import Contract, contract_of
from domain.ids import ChargeId, ExternalId
from domain.invoice import Invoice, InvoiceStatus
from domain.money import Money
from tests.deals import POLICY, deal

AT = datetime(2026, 12, 1, tzinfo=UTC)
TODAY = date(2026, 12, 1)
CONTRACT: Contract = contract_of(deal(1, is_won=True), POLICY)
BOARD = BillingSchedule.of(CONTRACT.charges, at=AT)


def invoice(net: Money, *, paid: str = "0", credited: str = "0") -> Invoice:
    tax = Money.rounded(net.amount * 23 / 100, net.currency)
    return Invoice(
        id=ExternalId("i"),
        reference="cw:x",
        number="INV-1",
        status=InvoiceStatus.ISSUED,
        url="",
        issued_on=TODAY,
        due_on=date(2026, 12, 31),
        net=net,
        tax=tax,
        gross=net + tax,
        paid=Money.of(paid, net.currency),
        credited=Money.of(credited, net.currency),
    )


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
    half = invoice(charge.net, paid="1000.00")
    board = BOARD.apply(Transition(charge=charge.id, state=ChargeState.ISSUED, invoice=half), at=AT)
    position = cash_position(CONTRACT, board.statuses, today=TODAY)
    assert position.paid + position.outstanding == position.billed + position.tax


def test_a_full_credit_takes_the_whole_net_back() -> None:
    made = invoice(CONTRACT.charges[0].net)
    assert net_credit(made.model_copy(update={"credited": made.gross})) == made.net


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
