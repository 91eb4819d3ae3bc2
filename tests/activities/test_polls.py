"""What a poll dispatches: news, and no echo of what we did ourselves."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from activities.polls import is_news
from domain.claim import Claim, ClaimedBill, ClaimState, Proof
from domain.ids import ChargeId, DealId, ExternalId, Subject
from domain.invoice import InvoiceStatus
from domain.money import Money
from tests.invoices import credit_of, invoice, payment


def eur(amount: int) -> Money:
    return Money.of(Decimal(amount), "EUR")


BILL = ClaimedBill(
    subject=Subject("hubspot:1:m1:r1"),
    deal=DealId("hubspot:1"),
    key="m1",
    revision=1,
    claims=(Claim(charge=ChargeId("m1"), revision=1, net=eur(100), state=ClaimState.ISSUED),),
    proof=Proof(
        document=ExternalId("doc-1"),
        number="2026-1",
        issued_on=date(2026, 11, 1),
        net=eur(100),
        tax=eur(23),
        gross=eur(123),
    ),
    paid=eur(0),
    credited=eur(0),
)
INVOICE = invoice(eur(100))
ALL_PAID = {"payments": (payment(eur(123)),)}


@pytest.mark.parametrize(
    "change",
    [
        {"payments": (payment(eur(50)),)},
        {"credit_notes": (credit_of(INVOICE),)},
        {"status": InvoiceStatus.GONE},
    ],
)
def test_a_payment_a_credit_and_a_deletion_are_news(change: dict[str, Any]) -> None:
    assert is_news(BILL, INVOICE.model_copy(update=change))


def test_the_echo_of_our_own_issue_is_no_news() -> None:
    assert not is_news(BILL, INVOICE)


def test_a_payment_that_our_ledger_knows_is_no_news() -> None:
    known = BILL.model_copy(update={"paid": eur(123)})
    assert not is_news(known, INVOICE.model_copy(update=ALL_PAID))


def test_a_bill_that_is_not_issued_yet_has_no_news() -> None:
    claimed = BILL.model_copy(update={"proof": None})
    assert not is_news(claimed, INVOICE.model_copy(update=ALL_PAID))
