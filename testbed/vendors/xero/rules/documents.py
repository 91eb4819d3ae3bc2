"""Invoices and credit notes as they would be kept, or every reason against them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.refusals import Invalid, Unreadable
from testbed.vendors.xero.rules import statuses
from testbed.vendors.xero.rules.amounts import RATE, cents, total
from testbed.vendors.xero.rules.kinds import Kind
from testbed.vendors.xero.rules.lines import Pricing, draft_lines, line_problems, priced, unpriced
from testbed.vendors.xero.rules.settling import CREDITS, is_settled, settle_credit, settle_invoice
from testbed.vendors.xero.wire.requests import Element, day_of, decimal_in, parts_of, text_of

_MODES = ("Exclusive", "Inclusive", "NoTax")
_TEXTS = ("Reference", "Url", "BrandingThemeID", "LineAmountTypes", "CurrencyCode", "Status")
_DAYS = ("Date", "DueDate", "ExpectedPaymentDate")
_LONGEST = 255
_MOVED_BY_THE_SYSTEM = {"Status", "UpdatedDateUTC", "SentToContact"}


@dataclass(frozen=True, kw_only=True)
class Write:
    """One write of a document: what was sent, to what, about whom."""

    sent: Element
    existing: Doc | None
    contact: Doc
    unitdp: int


def draft_document(write: Write, kind: Kind, books: Books) -> Doc:
    """The document after the write, priced and settled; changes nothing itself."""
    doc = _headed(write, kind, books)
    pricing = Pricing(line_amount_types=doc["LineAmountTypes"], unitdp=write.unitdp, books=books)
    kept = doc["LineItems"]
    if write.existing and doc["LineAmountTypes"] != write.existing["LineAmountTypes"]:
        kept = [unpriced(line) for line in kept]
    sent = parts_of(write.sent, "LineItems") if write.sent.get("LineItems") else kept
    if sent is not doc["LineItems"]:
        doc["LineItems"] = draft_lines(sent, kept, pricing)
    doc |= total(map(priced, doc["LineItems"]), doc["LineAmountTypes"]).fields
    if reasons := list(dict.fromkeys(_problems(doc, write, kind, books))):
        raise Invalid(*reasons)
    return settle_credit(doc) if kind.is_credit else settle_invoice(doc)


def lock_problem(day: str, books: Books) -> str | None:
    """Why nothing may be booked on that day, if the period is closed."""
    organisation = books.organisation
    locks = {
        "period lock date": organisation.get("PeriodLockDate"),
        "end of year lock date": organisation.get("EndOfYearLockDate"),
    }
    for name, lock in locks.items():
        if lock and day <= lock:
            shown = date.fromisoformat(lock)
            return (
                f"The document date cannot be before the {name}, currently set at "
                f"{shown.day} {shown:%B %Y}"
            )
    return None


def _headed(write: Write, kind: Kind, books: Books) -> Doc:
    sent = write.sent
    doc: Doc = {**(write.existing or _blank(kind, books))}
    doc |= {name: text_of(sent, name) for name in _TEXTS if sent.get(name) is not None}
    doc |= {name: day_of(sent, name) for name in _DAYS if sent.get(name)}
    if number := text_of(sent, kind.number):
        doc[kind.number] = number
    if isinstance(sent.get("SentToContact"), bool):
        doc["SentToContact"] = sent["SentToContact"]
    if doc["LineAmountTypes"] not in _MODES:
        raise Unreadable(f"LineAmountTypes: {doc['LineAmountTypes']!r} is none of {_MODES}")
    doc["Type"] = text_of(sent, "Type") or doc["Type"]
    doc["Contact"] = {"ContactID": write.contact.get("ContactID")}
    doc["CurrencyRate"] = _rate(write, doc, books)
    return doc


def _blank(kind: Kind, books: Books) -> Doc:
    theme = next(books.shelf("BrandingThemes").values(), {})
    common: Doc = {
        "Type": kind.type,
        "Status": "DRAFT",
        "Date": books.today,
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": books.base_currency,
        "BrandingThemeID": theme.get("BrandingThemeID"),
        "SentToContact": False,
        "HasAttachments": False,
        "HasErrors": False,
        "LineItems": [],
        "Payments": [],
    }
    if kind.is_credit:
        return common | {"Allocations": []}
    return common | {"IsDiscounted": False} | {name: [] for name in CREDITS}


def _rate(write: Write, doc: Doc, books: Books) -> str:
    if doc["CurrencyCode"] == books.base_currency:
        return "1"
    sent = decimal_in(write.sent, "CurrencyRate")
    if sent:
        return str(sent.quantize(RATE))
    if write.existing and write.existing["CurrencyCode"] == doc["CurrencyCode"]:
        return str(write.existing["CurrencyRate"])
    currency = books.get("Currencies", doc["CurrencyCode"]) or {}
    return str(currency.get("_rate", "1"))


def _problems(doc: Doc, write: Write, kind: Kind, books: Books) -> Iterator[str]:
    before = write.existing
    settled = before is not None and is_settled(before)
    if doc["Type"] != kind.type:
        yield f"The type {doc['Type']} is not served here: this ledger keeps {kind.type} only"
    if no := statuses.refusal(
        kind.noun, before["Status"] if before else None, doc["Status"], settled=settled
    ):
        yield no
    for day in {doc["Date"], before["Date"] if before else doc["Date"]}:
        if locked := lock_problem(day, books):
            yield locked
    yield from _head_problems(doc, kind, books)
    yield from _total_problems(doc, write.sent)
    if before is not None and settled and _was_touched(doc, before, kind):
        yield ("This document cannot be edited as it has a payment or credit note allocated to it.")


def _head_problems(doc: Doc, kind: Kind, books: Books) -> Iterator[str]:
    approved = doc["Status"] in statuses.POSTED_STATUSES
    if not books.get("Currencies", doc["CurrencyCode"]):
        yield f"Organisation is not subscribed to currency {doc['CurrencyCode']}"
    if approved and not kind.is_credit and not doc.get("DueDate"):
        yield "The document DueDate field must be specified."
    if approved and not doc["LineItems"]:
        yield "One or more line items must be specified"
    if doc["SentToContact"] and doc["Status"] in {"DRAFT", "SUBMITTED"}:
        yield "SentToContact can only be set on an approved document."
    if "xero" in (doc.get("Url") or "").lower():
        yield "The Url must not contain the word xero."
    for field in ("Reference", kind.number):
        if len(doc.get(field) or "") > _LONGEST:
            yield f"The field {field} must be at most {_LONGEST} characters long."
    for line in doc["LineItems"]:
        yield from line_problems(line, approved=approved, books=books)
    yield from _number_problems(doc, kind, books)


def _number_problems(doc: Doc, kind: Kind, books: Books) -> Iterator[str]:
    # That the API enforces unique credit note numbers is not established, so it does not here.
    if kind.is_credit or not doc.get(kind.number):
        return
    holders = books.by(kind.plural, kind.number, doc[kind.number])
    if any(holder[kind.id] != doc.get(kind.id) for holder in holders):
        yield "Invoice # must be unique."


def _total_problems(doc: Doc, sent: Element) -> Iterator[str]:
    if Decimal(doc["Total"]) < 0:
        yield "The document total cannot be negative."
    for field in ("SubTotal", "TotalTax", "Total"):
        claimed = decimal_in(sent, field)
        if claimed is not None and cents(claimed) != Decimal(doc[field]):
            yield "The document total does not equal the sum of the lines."


def _was_touched(doc: Doc, before: Doc, kind: Kind) -> bool:
    """Whether the write changes what stays shut once money has met the document."""
    open_fields = statuses.OPEN_WHEN_SETTLED | _MOVED_BY_THE_SYSTEM | {kind.number}
    if before.get("CreditNotes") and doc["Contact"] != before["Contact"]:
        return True
    if any(doc.get(name) != before.get(name) for name in doc.keys() - open_fields):
        return True
    return [_shut(line) for line in doc["LineItems"]] != [_shut(x) for x in before["LineItems"]]


def _shut(line: Doc) -> Doc:
    shut = {k: v for k, v in line.items() if k not in statuses.OPEN_LINE_WHEN_SETTLED}
    return shut | {"id": line["LineItemID"]}
