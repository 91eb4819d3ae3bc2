"""What of each resource can be filtered, searched and sorted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What of a resource can be filtered, searched and sorted."""

    kind: str
    fields: Mapping[str, type]
    number: str | None = None
    searched: tuple[str, ...] = ()
    hidden_unless_archived: bool = False
    lists: Mapping[str, str] = field(default_factory=dict)
    """Comma lists of the query, each with the field it picks by."""


_CONTACT = {"Contact.ContactID": str, "Contact.Name": str, "Contact.ContactNumber": str}
_STAMP = {"UpdatedDateUTC": datetime}

CONTACTS = Shape(
    kind="Contacts",
    number="ContactNumber",
    fields=_STAMP
    | dict.fromkeys(
        (
            "ContactID", "ContactNumber", "ContactStatus", "Name", "EmailAddress", "AccountNumber",
            "TaxNumber", "CompanyNumber", "FirstName", "LastName", "DefaultCurrency",
        ),
        str,
    )
    | {"IsCustomer": bool, "IsSupplier": bool},
    searched=("Name", "FirstName", "LastName", "ContactNumber", "EmailAddress", "CompanyNumber"),
    hidden_unless_archived=True,
)  # fmt: skip
INVOICES = Shape(
    kind="Invoices",
    number="InvoiceNumber",
    fields=_STAMP
    | _CONTACT
    | dict.fromkeys(
        ("InvoiceID", "InvoiceNumber", "Reference", "Type", "Status", "CurrencyCode"), str
    )
    | dict.fromkeys(("Date", "DueDate", "FullyPaidOnDate", "ExpectedPaymentDate"), datetime)
    | dict.fromkeys(("AmountDue", "AmountPaid", "AmountCredited", "Total"), Decimal)
    | {"SentToContact": bool},
    searched=("InvoiceNumber", "Reference"),
    lists={
        "InvoiceNumbers": "InvoiceNumber",
        "ContactIDs": "Contact.ContactID",
        "Statuses": "Status",
    },
)
CREDIT_NOTES = Shape(
    kind="CreditNotes",
    number="CreditNoteNumber",
    fields=_STAMP
    | _CONTACT
    | dict.fromkeys(
        ("CreditNoteID", "CreditNoteNumber", "Reference", "Type", "Status", "CurrencyCode"), str
    )
    | {"Date": datetime, "Total": Decimal, "RemainingCredit": Decimal},
    searched=("CreditNoteNumber", "Reference"),
)
PAYMENTS = Shape(
    kind="Payments",
    fields=_STAMP
    | dict.fromkeys(
        ("PaymentID", "PaymentType", "Status", "Reference", "Invoice.InvoiceID",
         "Invoice.InvoiceNumber", "Invoice.Contact.ContactID", "Account.AccountID"),
        str,
    )
    | {"Date": datetime, "Amount": Decimal, "IsReconciled": bool},
)  # fmt: skip
BANK_TRANSACTIONS = Shape(
    kind="BankTransactions",
    fields=_STAMP
    | _CONTACT
    | dict.fromkeys(("BankTransactionID", "Type", "Status", "Reference"), str)
    | {"Date": datetime, "Total": Decimal, "IsReconciled": bool},
)
OVERPAYMENTS = Shape(
    kind="Overpayments",
    fields=_STAMP
    | _CONTACT
    | dict.fromkeys(("OverpaymentID", "Type", "Status"), str)
    | {"Date": datetime, "Total": Decimal, "RemainingCredit": Decimal},
)
PREPAYMENTS = Shape(
    kind="Prepayments",
    fields=_STAMP
    | _CONTACT
    | dict.fromkeys(("PrepaymentID", "Type", "Status", "Reference"), str)
    | {"Date": datetime, "Total": Decimal, "RemainingCredit": Decimal},
)
