"""The filters, order and pages of every list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from testbed.vendors.common.call import Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import errors
from testbed.vendors.xero.records import INDEXED, Records, plain
from testbed.vendors.xero.wire.dates import read_modified_since
from testbed.vendors.xero.wire.where import Filter, Test, parse

_PAGE_SIZE, _LARGEST_PAGE = 100, 1000
_DOCUMENT = frozenset({"Type", "Status", "Reference", "CurrencyCode"})
_FIELDS = {
    "Accounts": frozenset({"AccountID", "Code", "Name", "Type", "Class", "Status", "TaxType"}),
    "Contacts": frozenset(
        {"ContactID", "ContactNumber", "ContactStatus", "Name", "CompanyNumber", "TaxNumber"}
    ),
    "CreditNotes": _DOCUMENT | {"CreditNoteID", "CreditNoteNumber"},
    "Currencies": frozenset({"Code", "Description"}),
    "Invoices": _DOCUMENT | {"InvoiceID", "InvoiceNumber"},
    "Payments": frozenset({"PaymentID", "PaymentType", "Status", "Reference"}),
    "TaxRates": frozenset({"TaxType", "Name", "Status", "ReportTaxType"}),
}
"""The fields that `where` may name."""
_SEARCHED = ("Name", "ContactNumber", "EmailAddress", "CompanyNumber")


@dataclass(frozen=True)
class Rows:
    """The selected records, and the pagination if the caller asked for pages."""

    docs: list[Doc]
    pagination: dict[str, int] | None


def select(call: Call, kind: str, records: Records) -> Rows:
    """The records that the query asks for, in its order. Raises Refusal for a bad query."""
    try:
        return _select(call, kind, records)
    except ValueError as bad:
        raise errors.bad_query(str(bad)) from bad


def _select(call: Call, kind: str, records: Records) -> Rows:
    text = call.query.get("where")
    where = parse(text, _FIELDS[kind]) if text else None
    tests = [*_tests(call, kind), *([where.matches] if where else ())]
    found = _candidates(call, kind, records, where)
    docs = [doc for doc in found if all(test(doc) for test in tests)]
    return _page(call, _ordered(call, docs))


def _candidates(call: Call, kind: str, records: Records, where: Filter | None) -> Iterable[Doc]:
    """As few records as ids or an index allow."""
    if ids := call.query.get("IDs"):
        found = (records.get(kind, id_.strip()) for id_ in ids.split(","))
        return [doc for doc in found if doc]
    required = where.required if where else {}
    for field in INDEXED.get(kind, ()):
        if field in required:
            return records.by(kind, field, required[field])
    return records.collection(kind).values()


def _tests(call: Call, kind: str) -> Iterator[Test]:
    """The tests of the query's other parameters."""
    if kind == "Contacts" and call.query.get("includeArchived", "").lower() != "true":
        yield lambda doc: doc["ContactStatus"] != "ARCHIVED"
    if statuses := call.query.get("Statuses"):
        wanted = set(statuses.split(","))
        yield lambda doc: doc["Status"] in wanted
    if since := call.headers.get("If-Modified-Since"):
        mark = read_modified_since(since)
        yield lambda doc: bool(doc["UpdatedDateUTC"] > mark)
    if term := plain(call.query.get("searchTerm", "")):
        yield lambda doc: any(term in plain(doc.get(field) or "") for field in _SEARCHED)


def _ordered(call: Call, docs: list[Doc]) -> list[Doc]:
    order = call.query.get("order")
    if order is None:
        return docs
    column, _, direction = order.partition(" ")
    if column != "UpdatedDateUTC" or direction not in {"ASC", "DESC"}:
        raise ValueError(f"The testbed does not order by '{order}'")
    return sorted(docs, key=lambda doc: int(doc[column]), reverse=direction == "DESC")


def _page(call: Call, docs: list[Doc]) -> Rows:
    if not {"page", "pageSize", "Statuses"} & call.query.keys():
        return Rows(docs, None)
    page = max(1, int(call.query.get("page", 1)))
    size = min(_LARGEST_PAGE, max(1, int(call.query.get("pageSize", _PAGE_SIZE))))
    count = -(-len(docs) // size)
    pagination = {"page": page, "pageSize": size, "pageCount": count, "itemCount": len(docs)}
    return Rows(docs[(page - 1) * size : page * size], pagination)
