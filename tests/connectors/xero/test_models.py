"""How Xero's JSON is read, against answers as the vendor writes them."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from connectors.common import Response
from connectors.xero.errors import explain
from connectors.xero.models.contacts import Contact, NewContact
from connectors.xero.models.documents import Links, StoredInvoice
from connectors.xero.models.filters import all_of, any_of, equal, starts
from connectors.xero.models.json import wrapped
from connectors.xero.models.new_documents import InvoiceUpdate
from domain.company import Address
from domain.ids import CustomerKey
from domain.invoice import InvoiceStatus
from domain.money import Money
from ports.failures import Absent, Misconfigured, Rejected, Throttled, Uncertain
from tests.contracts.erp_harness import ACCOUNT, opening
from tests.references import OURS

LINKS = Links(app="https://go.xero.example")
INVOICE: dict[str, Any] = {
    "Type": "ACCREC",
    "InvoiceID": "7f6c2f0a-3c1e-4b57-9d21-0c9a5b7e1d44",
    "InvoiceNumber": "CW-2026-000317",
    "Reference": "cw:hubspot:1042:m2:r1",
    "Payments": [],
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
    read = answer(200, body)
    return read.read(tuple[StoredInvoice], "Invoices")[0]


def test_an_invoice_reads_as_it_is_written() -> None:
    invoice = stored().to_invoice(LINKS)
    assert invoice.number == "CW-2026-000317"
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (invoice.net, invoice.tax) == (Money.of("3099.99", "GBP"), Money.of("620.01", "GBP"))
    assert invoice.url.startswith("https://go.xero.example/AccountsReceivable/View.aspx?InvoiceID=")
    assert stored().updated_date_utc == datetime(2026, 10, 5, 9, 14, 31, 207000, tzinfo=UTC)


def test_amounts_beyond_a_float_stay_exact() -> None:
    body = json.dumps({"Invoices": [INVOICE]}).replace("3099.99", "90071992547409.93")
    read = answer(200, body).read(list[StoredInvoice], "Invoices")
    assert read[0].sub_total == Decimal("90071992547409.93")


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
    assert stored(Status=status).to_invoice(LINKS).status is meaning


def test_money_in_advance_was_paid_and_only_the_rest_is_credit() -> None:
    invoice = stored(Prepayments=[{"AppliedAmount": 200.00}]).to_invoice(LINKS)
    assert (invoice.paid, invoice.credited) == (Money.of(1670, "GBP"), Money.of(50, "GBP"))
    assert invoice.outstanding == Money.of(2000, "GBP")


def test_half_a_yen_is_refused_with_words() -> None:
    with pytest.raises(Rejected, match=r"reads 3099\.99 JPY"):
        stored(CurrencyCode="JPY").to_invoice(LINKS)


@pytest.mark.parametrize("elements", [0, 2])
def test_a_write_that_does_not_answer_one_element_may_have_happened(elements: int) -> None:
    read = answer(200, json.dumps({"Invoices": [INVOICE] * elements}))
    with pytest.raises(Uncertain):
        read.read(tuple[StoredInvoice], "Invoices")


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
    read = Contact(contact_id="c", contact_number=number).to_candidate(OURS)
    assert read.key == "sk-36421936"


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
