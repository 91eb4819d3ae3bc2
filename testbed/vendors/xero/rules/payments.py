"""What a payment or an allocation needs before it may touch a document."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.rules.amounts import cents
from testbed.vendors.xero.rules.documents import lock_problem


@dataclass(frozen=True, kw_only=True)
class Target:
    """A kind of document that a payment can name, and what the payment is then called."""

    name: str
    kind: str
    number: str | None
    payment_type: str
    open_field: str


TARGETS = (
    Target(
        name="Invoice",
        kind="Invoices",
        number="InvoiceNumber",
        payment_type="ACCRECPAYMENT",
        open_field="AmountDue",
    ),
    Target(
        name="CreditNote",
        kind="CreditNotes",
        number="CreditNoteNumber",
        payment_type="ARCREDITPAYMENT",
        open_field="RemainingCredit",
    ),
    Target(
        name="Overpayment",
        kind="Overpayments",
        number=None,
        payment_type="AROVERPAYMENTPAYMENT",
        open_field="RemainingCredit",
    ),
    Target(
        name="Prepayment",
        kind="Prepayments",
        number=None,
        payment_type="ARPREPAYMENTPAYMENT",
        open_field="RemainingCredit",
    ),
)


def payable_account(asked: Doc, books: Books) -> Doc | None:
    """The account that money comes into or goes out of, if it may be used so."""
    if id_ := asked.get("AccountID"):
        found = books.get("Accounts", id_)
    else:
        found = next(iter(books.by("Accounts", "Code", asked.get("Code", ""))), None)
    if not found or found["Status"] != "ACTIVE":
        return None
    return found if found["Type"] == "BANK" or found["EnablePaymentsToAccount"] else None


def payment_problems(payment: Doc, document: Doc, target: Target, books: Books) -> Iterator[str]:
    """Every reason why a payment cannot be booked against a document."""
    amount = Decimal(payment["Amount"])
    if amount <= 0:
        yield "Payment amount must be greater than zero"
    if document["Status"] != "AUTHORISED":
        yield "Payments can only be made against Authorised documents"
    elif amount > Decimal(document[target.open_field]):
        yield "Payment amount exceeds the amount outstanding on this document"
    if locked := lock_problem(payment["Date"], books):
        yield locked


def allocation_problems(amount: Decimal, credit: Doc, invoice: Doc) -> Iterator[str]:
    """Every reason why a credit cannot be set against an invoice."""
    if amount <= 0:
        yield "Allocation amount must be greater than zero"
    if credit["Status"] != "AUTHORISED" or invoice["Status"] != "AUTHORISED":
        yield "Credits can only be allocated between Authorised documents"
        return
    if credit["Contact"] != invoice["Contact"]:
        yield "The contact of the credit and of the invoice must be the same"
    if credit["CurrencyCode"] != invoice["CurrencyCode"]:
        yield "The currency of the credit and of the invoice must be the same"
    if amount > Decimal(credit["RemainingCredit"]):
        yield "The allocation amount exceeds the remaining credit of this document"
    if amount > Decimal(invoice["AmountDue"]):
        yield "The allocation amount exceeds the amount outstanding on the invoice"


def bank_amount(payment: Doc, document: Doc, account: Doc, books: Books) -> str:
    """The amount in the account's own currency, at the payment's rate."""
    currency = account.get("CurrencyCode", books.base_currency)
    if currency == document["CurrencyCode"]:
        return str(payment["Amount"])
    base = Decimal(payment["Amount"]) / Decimal(payment["CurrencyRate"])
    rate = Decimal((books.get("Currencies", currency) or {}).get("_rate", "1"))
    return str(cents(base * rate))
