"""Invoices and credit notes after a write, or every reason against it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.errors import BadBody, Invalid
from testbed.vendors.xero.records import Records
from testbed.vendors.xero.rules import statuses
from testbed.vendors.xero.rules.kinds import Kind
from testbed.vendors.xero.rules.lines import (
    Pricing,
    draft_lines,
    line_problems,
    totals,
)
from testbed.vendors.xero.rules.settling import CREDITS, is_settled, settle_credit, settle_invoice
from testbed.vendors.xero.wire.requests import Element, day_in, parts_in, text_in

_LINE_AMOUNT_TYPES = ("Exclusive", "NoTax")
_TEXTS = ("Type", "Reference", "Url", "LineAmountTypes", "CurrencyCode", "Status")
_DAYS = ("Date", "DueDate")
_OPEN_WHEN_SETTLED = {"Reference", "DueDate", "InvoiceNumber", "Url", "Status"}


@dataclass(frozen=True, kw_only=True)
class Write:
    """One write of a document: the sent element, the document before, and its contact."""

    sent: Element
    existing: Doc | None
    contact: Doc
    unitdp: int


def draft_document(write: Write, kind: Kind, records: Records) -> Doc:
    """The document after the write, priced and settled; changes no record. Raises Invalid."""
    doc = _with_head(write, kind, records)
    if "LineItems" in write.sent:
        pricing = Pricing(
            line_amount_types=doc["LineAmountTypes"], unitdp=write.unitdp, records=records
        )
        doc["LineItems"] = draft_lines(parts_in(write.sent, "LineItems"), doc["LineItems"], pricing)
    doc |= totals(doc["LineItems"])
    if reasons := list(dict.fromkeys(_problems(doc, write, kind, records))):
        raise Invalid(*reasons)
    if kind.is_credit:
        return settle_credit(doc)
    return settle_invoice(doc)


def lock_problem(day: str, records: Records) -> str | None:
    """The reason against a booking on that day, if its period is closed."""
    lock = records.organisation.get("PeriodLockDate")
    if not lock or day > lock:
        return None
    last = date.fromisoformat(lock)
    return (
        "The document date cannot be before the period lock date, currently set at "
        f"{last.day} {last:%B %Y}"
    )


def _with_head(write: Write, kind: Kind, records: Records) -> Doc:
    sent = write.sent
    doc: Doc = {**(write.existing or _blank(kind, records))}
    doc |= {name: text_in(sent, name) for name in _TEXTS if sent.get(name) is not None}
    doc |= {name: day_in(sent, name) for name in _DAYS if sent.get(name)}
    if number := text_in(sent, kind.number):
        doc[kind.number] = number
    if doc["LineAmountTypes"] not in _LINE_AMOUNT_TYPES:
        raise BadBody(f"LineAmountTypes: {doc['LineAmountTypes']!r} is not served")
    currency = records.get("Currencies", doc["CurrencyCode"]) or {}
    return doc | {
        "Contact": {"ContactID": write.contact["ContactID"]},
        "CurrencyRate": currency.get("_rate", "1"),
    }


def _blank(kind: Kind, records: Records) -> Doc:
    common: Doc = {
        "Type": kind.type,
        "Status": "DRAFT",
        "Date": records.today,
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": records.organisation["BaseCurrency"],
        "HasErrors": False,
        "LineItems": [],
        "Payments": [],
    }
    return common | ({"Allocations": []} if kind.is_credit else {name: [] for name in CREDITS})


def _problems(doc: Doc, write: Write, kind: Kind, records: Records) -> Iterator[str]:
    before = write.existing or {}
    settled = is_settled(before)
    if doc["Type"] != kind.type:
        yield f"The type {doc['Type']} is not served here: this ledger keeps {kind.type} only"
    if no := statuses.refusal(kind.noun, before.get("Status"), doc["Status"], settled=settled):
        yield no
    for day in {doc["Date"], before.get("Date", doc["Date"])}:
        if locked := lock_problem(day, records):
            yield locked
    yield from _head_problems(doc, kind)
    yield from _line_problems(doc, records)
    yield from _reference_problems(doc, kind, records)
    if settled and any(doc[name] != before.get(name) for name in doc.keys() - _OPEN_WHEN_SETTLED):
        yield "This document cannot be edited as it has a payment or credit note allocated to it."


def _head_problems(doc: Doc, kind: Kind) -> Iterator[str]:
    approved = doc["Status"] in statuses.POSTED_STATUSES
    if approved and not kind.is_credit and not doc.get("DueDate"):
        yield "The document DueDate field must be specified."
    if approved and not doc["LineItems"]:
        yield "One or more line items must be specified"
    if "xero" in (doc.get("Url") or "").lower():
        yield "The Url must not contain the word xero."


def _line_problems(doc: Doc, records: Records) -> Iterator[str]:
    approved = doc["Status"] in statuses.POSTED_STATUSES
    for line in doc["LineItems"]:
        yield from line_problems(line, approved=approved, records=records)
    if Decimal(doc["Total"]) < 0:
        yield "The document total cannot be negative."


def _reference_problems(doc: Doc, kind: Kind, records: Records) -> Iterator[str]:
    if not records.get("Currencies", doc["CurrencyCode"]):
        yield f"Organisation is not subscribed to currency {doc['CurrencyCode']}"
    # Xero does not say whether the API enforces unique credit note numbers.
    if kind.is_credit or not doc.get(kind.number):
        return
    holders = records.by(kind.plural, kind.number, doc[kind.number])
    if any(holder[kind.id] != doc.get(kind.id) for holder in holders):
        yield "Invoice # must be unique."
