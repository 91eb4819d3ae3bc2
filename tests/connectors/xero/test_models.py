"""How Xero's JSON is read, against answers as the vendor writes them."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.common import Response
from connectors.common.taxes import TaxLabel
from connectors.xero.errors import explain
from connectors.xero.models.contacts import Contact, NewContact
from connectors.xero.models.documents import Links, StoredCreditNote, StoredInvoice
from connectors.xero.models.filters import all_of, any_of, equal, starts
from connectors.xero.models.json import wrapped
from connectors.xero.models.new_documents import InvoiceUpdate
from domain.company import Address
from domain.ids import CustomerKey
from domain.invoice import Invoice, InvoiceStatus, TaxTotal
from domain.money import Money
from ports.failures import Absent, Misconfigured, Rejected, Throttled, Uncertain
from tests.contracts.erp_harness import ACCOUNT, opening
from tests.references import OURS

LINKS = Links(app="https://go.xero.example")
LABELS = {"OUTPUT2": TaxLabel("S", Decimal(20))}
INVOICE: dict[str, Any] = {
    "Type": "ACCREC",
    "InvoiceID": "7f6c2f0a-3c1e-4b57-9d21-0c9a5b7e1d44",
    "InvoiceNumber": "CW-2026-000317",
    "Reference": "cw:hubspot:1042:m2:r1",
    "Payments": [{"PaymentID": "p1", "Date": "/Date(1792454400000+0000)/", "Amount": 1470.00}],
    "CreditNotes": [{"CreditNoteID": "n1", "AppliedAmount": 250.00}],
    "AmountDue": 2000.00,
    "AmountPaid": 1470.00,
    "AmountCredited": 250.00,
    "CurrencyRate": 1.0,
    "HasErrors": False,
    "Contact": {"ContactID": "3b9e1c52-7a40-4f6d-8e15-d2c07b94a631", "Name": "Ostrava Pumps"},
    "DateString": "2026-10-01T00:00:00",
    "Date": "/Date(1790812800000+0000)/",
    "DueDate": "/Date(1793404800000)/",
    "Status": "AUTHORISED",
    "LineItems": [
        {
            "LineItemID": f"l{number}",
            "Description": f"Pump telemetry, site {number}",
            "UnitAmount": 1033.33,
            "TaxType": "OUTPUT2",
            "TaxAmount": 206.67,
            "LineAmount": 1033.33,
            "AccountCode": "200",
            "Quantity": 1.0000,
            "ValidationErrors": [],
        }
        for number in (1, 2, 3)
    ],
    "SubTotal": 3099.99,
    "TotalTax": 620.01,
    "Total": 3720.00,
    "UpdatedDateUTC": "/Date(1791191671207+0000)/",
    "CurrencyCode": "GBP",
}


def answer(status: int, body: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response("xero", status, httpx.Headers(headers), body, changes=True)


def stored(**changes: object) -> StoredInvoice:
    body = json.dumps({"Invoices": [{**INVOICE, **changes}]}).replace("/Date", "\\/Date")
    return answer(200, body).read(tuple[StoredInvoice], "Invoices")[0]


NOTE = StoredCreditNote.model_validate(
    {
        "CreditNoteID": "n1",
        "CreditNoteNumber": "CW-CN-000021",
        "Status": "PAID",
        "RemainingCredit": Decimal(0),
        "LineItems": [
            {
                "UnitAmount": Decimal("208.33"),
                "TaxType": "OUTPUT2",
                "TaxAmount": Decimal("41.67"),
                "LineAmount": Decimal("208.33"),
                "AccountCode": "200",
            }
        ],
        "SubTotal": Decimal("208.33"),
        "TotalTax": Decimal("41.67"),
        "Total": Decimal("250.00"),
        "UpdatedDateUTC": "/Date(1791191671207+0000)/",
        "CurrencyCode": "GBP",
    }
)


def read(**changes: object) -> Invoice:
    return stored(**changes).to_invoice(LINKS, LABELS, {"n1": NOTE})


def test_an_invoice_reads_as_it_is_written() -> None:
    invoice = read()
    assert invoice.number == "CW-2026-000317"
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (invoice.net, invoice.tax) == (Money.of("3099.99", "GBP"), Money.of("620.01", "GBP"))
    assert invoice.url.startswith("https://go.xero.example/AccountsReceivable/View.aspx?InvoiceID=")
    assert stored().updated_date_utc == datetime(2026, 10, 5, 9, 14, 31, 207000, tzinfo=UTC)


def test_amounts_beyond_a_float_stay_exact() -> None:
    body = json.dumps({"Invoices": [INVOICE]}).replace("3099.99", "90071992547409.93")
    found = answer(200, body).read(list[StoredInvoice], "Invoices")
    assert found[0].sub_total == Decimal("90071992547409.93")


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("DRAFT", InvoiceStatus.DRAFT),
        ("SUBMITTED", InvoiceStatus.DRAFT),
        ("AUTHORISED", InvoiceStatus.ISSUED),
        ("PAID", InvoiceStatus.PAID),
        ("VOIDED", InvoiceStatus.GONE),
        ("DELETED", InvoiceStatus.GONE),
    ],
)
def test_each_status_has_its_meaning(status: str, meaning: InvoiceStatus) -> None:
    assert read(Status=status).status is meaning


def test_money_in_advance_was_paid_and_only_the_rest_is_credit() -> None:
    advance = {"PrepaymentID": "a1", "AppliedAmount": 200.00}
    invoice = read(Prepayments=[advance], AmountCredited=450.00)
    assert (invoice.paid, invoice.credited) == (Money.of(1670, "GBP"), Money.of(250, "GBP"))
    assert invoice.outstanding == Money.of(1800, "GBP")


def test_a_credit_note_reads_with_its_own_tax() -> None:
    (note,) = read().credit_notes
    assert (note.number, note.allocated) == ("CW-CN-000021", Money.of(250, "GBP"))
    assert note.taxes == (
        TaxTotal(
            category="S",
            rate=Decimal(20),
            net=Money.of("208.33", "GBP"),
            tax=Money.of("41.67", "GBP"),
        ),
    )


def test_sums_that_the_payments_do_not_have_are_refused() -> None:
    with pytest.raises(Rejected, match=r"1,720\.00 GBP, and sums 1,730\.00 GBP"):
        read(AmountPaid=1480.00)


def test_a_reversed_payment_is_none() -> None:
    reversed_one = {"PaymentID": "p2", "Status": "DELETED", "Amount": 100.00}
    payments = [*INVOICE["Payments"], reversed_one]
    assert [each.id for each in read(Payments=payments).payments] == ["p1"]


def test_a_line_of_text_is_no_line_of_the_invoice() -> None:
    text = {"Description": "Thank you", "LineAmount": 0.00, "TaxAmount": 0.00}
    assert read(LineItems=[*INVOICE["LineItems"], text]).lines == read().lines


def test_prices_with_tax_are_read_without_it() -> None:
    line = {**INVOICE["LineItems"][0], "LineAmount": 1240.00}
    invoice = read(LineItems=[line], LineAmountTypes="Inclusive")
    assert [each.net for each in invoice.lines] == [Money.of("1033.33", "GBP")]


def test_a_tax_type_that_nobody_knows_is_refused_by_its_name() -> None:
    line = {**INVOICE["LineItems"][0], "TaxType": "TAX099"}
    with pytest.raises(Rejected, match="TAX099"):
        read(LineItems=[line])


def test_half_a_yen_is_refused_with_words() -> None:
    with pytest.raises(Rejected, match=r"reads 3099\.99 JPY"):
        read(CurrencyCode="JPY", LineItems=[])


@pytest.mark.parametrize("elements", [0, 2])
def test_a_write_that_does_not_answer_one_element_may_have_happened(elements: int) -> None:
    response = answer(200, json.dumps({"Invoices": [INVOICE] * elements}))
    with pytest.raises(Uncertain):
        response.read(tuple[StoredInvoice], "Invoices")


def test_what_is_empty_is_not_sent() -> None:
    ids = ACCOUNT.ids.model_copy(update={"vat_id": ""})
    bare = ACCOUNT.model_copy(update={"ids": ids, "address": Address(city="Banská Bystrica")})
    (sent,) = wrapped("Contacts", NewContact.of(opening(bare), "cw:acme:sk-36421936"))["Contacts"]
    assert "TaxNumber" not in sent
    assert sent["ContactNumber"] == "cw:acme:sk-36421936"
    assert sent["Addresses"] == [
        {"AddressType": "POBOX", "City": "Banská Bystrica", "Country": "SK"}
    ]


def test_a_status_is_sent_without_lines() -> None:
    body = wrapped("Invoices", InvoiceUpdate(invoice_id="i", status="AUTHORISED"))
    assert body == {"Invoices": [{"InvoiceID": "i", "Status": "AUTHORISED"}]}


@pytest.mark.parametrize("generation", [1, 2, 11])
def test_our_key_is_read_back_from_any_generation(generation: int) -> None:
    number = OURS.of_customer(CustomerKey("sk-36421936"), generation)
    found = Contact(contact_id="c", contact_number=number).to_candidate(OURS)
    assert found.key == "sk-36421936"


@pytest.mark.parametrize("number", ["C-36421936", "cw:acme-2:sk-36421936"])
def test_a_number_of_somebody_else_is_no_key_of_ours(number: str) -> None:
    assert not Contact(contact_id="c", contact_number=number).to_candidate(OURS).key


def test_filters_leave_out_what_cannot_be_quoted() -> None:
    name = equal("Name", 'The "Best" Pumps')
    assert any_of(starts("ContactNumber", "cw-1"), name, equal("TaxNumber", "")) == (
        '(ContactNumber!=null AND ContactNumber.StartsWith("cw-1"))'
    )
    assert all_of(equal("Type", "ACCREC"), equal("Reference", "cw:a")) == (
        'Type=="ACCREC" AND Reference=="cw:a"'
    )


def test_a_refusal_gives_every_reason_once() -> None:
    fault = {"ValidationErrors": [{"Message": "Invoice # must be unique."}, {"Message": "No."}]}
    failure = explain(answer(400, json.dumps({"Message": "x", "Elements": [fault, fault]})))
    assert isinstance(failure, Rejected)
    assert failure.reason == "400 Invoice # must be unique. · No."


def test_a_refusal_without_elements_gives_its_message() -> None:
    failure = explain(answer(400, '{"ErrorNumber": 16, "Message": "No field Foo"}'))
    assert isinstance(failure, Rejected)
    assert failure.reason == "400 No field Foo"


def test_a_key_used_for_another_request_may_have_done_that() -> None:
    words = "Idempotency Key: k is used with a different request."
    failure = explain(answer(400, json.dumps({"Message": words})))
    assert isinstance(failure, Uncertain)
    assert failure.answered


def test_a_404_without_a_body_still_says_something() -> None:
    failure = explain(answer(404, ""))
    assert isinstance(failure, Absent)
    assert "no such record" in failure.reason


def test_a_403_says_what_a_person_must_do() -> None:
    failure = explain(answer(403, '{"Title": "Forbidden"}'))
    assert isinstance(failure, Misconfigured)
    assert "connect it in Xero" in failure.reason


def test_a_429_names_the_limit_and_the_pause() -> None:
    daily = answer(429, "", {"X-Rate-Limit-Problem": "day", "Retry-After": "7200"})
    failure = explain(daily)
    assert isinstance(failure, Throttled)
    assert failure.pause
    assert failure.pause.total_seconds() == 7200
    assert "day" in failure.reason
    crowded = explain(answer(429, ""))
    assert crowded
    assert crowded.pause
    assert crowded.pause.total_seconds() == 1
