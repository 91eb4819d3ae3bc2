"""What a poll dispatches: news, and no echo of what we did ourselves."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from activities.polls import is_news
from domain.claim import Claim, ClaimState
from domain.ids import ChargeId, DealId, ExternalId, Subject
from domain.invoice import Invoice, InvoiceStatus
from domain.money import Money


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
INVOICE = Invoice(
    id=ExternalId("doc-1"),
    reference="cw:acme:hubspot:1:m1:r1",
    number="2026-1",
    status=InvoiceStatus.ISSUED,
    url="",
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 15),
    net=eur(100),
    tax=eur(23),
    gross=eur(123),
    paid=eur(0),
    credited=eur(0),
)


@pytest.mark.parametrize(
    "change", [{"paid": eur(50)}, {"credited": eur(123)}, {"status": InvoiceStatus.GONE}]
)
def test_a_payment_a_credit_and_a_deletion_are_news(change: dict[str, Any]) -> None:
    assert is_news(CLAIM, INVOICE.model_copy(update=change))


def test_the_echo_of_our_own_issue_is_no_news() -> None:
    assert not is_news(CLAIM, INVOICE)


def test_a_payment_that_our_ledger_knows_is_no_news() -> None:
    known = CLAIM.model_copy(update={"paid": eur(123)})
    assert not is_news(known, INVOICE.model_copy(update={"paid": eur(123)}))


def test_a_bill_that_is_not_issued_yet_has_no_news() -> None:
    claimed = CLAIM.model_copy(update={"state": ClaimState.PERMITTED})
    assert not is_news(claimed, INVOICE.model_copy(update={"paid": eur(123)}))
