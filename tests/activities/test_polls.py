"""What a poll dispatches: news, and no echo of what we did ourselves."""

from decimal import Decimal
from typing import Any

import pytest

from activities.polls import is_news
from domain.claim import Claim, ClaimState
from domain.ids import ChargeId, DealId, Subject
from domain.invoice import InvoiceStatus
from domain.money import Money
from tests.invoices import credit_of, invoice, payment


def eur(amount: int) -> Money:
    return Money.of(Decimal(amount), "EUR")


CLAIM = Claim(
    subject=Subject("hubspot:1:m1:r1"),
    deal=DealId("hubspot:1"),
    charge=ChargeId("m1"),
    revision=1,
    net=eur(100),
    state=ClaimState.ISSUED,
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
    assert is_news(CLAIM, INVOICE.model_copy(update=change))


def test_the_echo_of_our_own_issue_is_no_news() -> None:
    assert not is_news(CLAIM, INVOICE)


def test_a_payment_that_our_ledger_knows_is_no_news() -> None:
    known = CLAIM.model_copy(update={"paid": eur(123)})
    assert not is_news(known, INVOICE.model_copy(update=ALL_PAID))


def test_a_bill_that_is_not_issued_yet_has_no_news() -> None:
    claimed = CLAIM.model_copy(update={"state": ClaimState.PERMITTED})
    assert not is_news(claimed, INVOICE.model_copy(update=ALL_PAID))
