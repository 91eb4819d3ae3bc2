"""Invoices and credit notes: create, update, read, find."""

from typing import Any

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import errors
from testbed.vendors.xero.errors import Invalid
from testbed.vendors.xero.handlers.batch import save_all
from testbed.vendors.xero.records import Records
from testbed.vendors.xero.rules.contacts import ARCHIVED
from testbed.vendors.xero.rules.documents import Write, draft_document
from testbed.vendors.xero.rules.kinds import Kind
from testbed.vendors.xero.wire import pdf
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select
from testbed.vendors.xero.wire.render import render, with_strings
from testbed.vendors.xero.wire.requests import Element, part_in

_BRIEF = ("ContactID", "ContactNumber", "ContactStatus", "Name", "HasValidationErrors")


class DocumentHandler:
    """Serves /Invoices or /CreditNotes."""

    def __init__(self, kind: Kind, records: Records) -> None:
        self._kind = kind
        self._records = records

    def create(self, call: Call) -> Response:
        return self._save_all(call, None)

    def update(self, call: Call) -> Response:
        return self._save_all(call, self._named(call))

    def read(self, call: Call) -> Response:
        """One document as JSON, or as a PDF if the caller accepts one."""
        doc = self._named(call)
        if pdf.MEDIA_TYPE in call.headers.get("Accept", ""):
            return Response(200, pdf.PAGE, {"Content-Type": pdf.MEDIA_TYPE})
        return wrapped(call, self._kind.plural, [self._show(call, doc)])

    def find(self, call: Call) -> Response:
        """Only pages show the lines of a document."""
        found = select(call, self._kind.plural, self._records)
        rows = [self._show(call, doc) for doc in found.docs]
        if not found.pagination:
            rows = [{k: v for k, v in row.items() if k != "LineItems"} for row in rows]
        return wrapped(call, self._kind.plural, rows, found.pagination)

    def _named(self, call: Call) -> Doc:
        found = self._records.named(self._kind.plural, call.params["id"], self._kind.number)
        if not found:
            raise errors.not_found()
        return found

    def _show(self, call: Call, doc: Doc) -> dict[str, Any]:
        """A document with its contact as that is now."""
        contact = self._records.get("Contacts", doc["Contact"]["ContactID"]) or {}
        brief = {name: contact[name] for name in _BRIEF if name in contact}
        lines = [{**line, "ValidationErrors": []} for line in doc["LineItems"]]
        whole = with_strings({**doc, "Contact": brief, "LineItems": lines})
        shown: dict[str, Any] = render(whole, _unitdp(call))
        return shown

    def _save_all(self, call: Call, existing: Doc | None) -> Response:
        return save_all(
            call,
            self._kind.plural,
            lambda sent: self._save(call, sent, existing),
            lambda doc: self._show(call, doc),
        )

    def _save(self, call: Call, sent: Element, existing: Doc | None) -> Doc:
        contact = self._contact(sent, existing)
        write = Write(sent=sent, existing=existing, contact=contact, unitdp=_unitdp(call))
        doc, kind = draft_document(write, self._kind, self._records), self._kind
        if not contact["IsCustomer"]:
            self._records.save("Contacts", {**contact, "IsCustomer": True})
        if not doc.get(kind.number):
            doc[kind.number] = self._records.next_number(kind.plural, kind.prefix, kind.number)
        return self._records.save(kind.plural, doc)

    def _contact(self, sent: Element, existing: Doc | None) -> Doc:
        """The contact with the sent id, else the document's own."""
        own = existing["Contact"] if existing else {}
        id_ = (part_in(sent, "Contact") or own).get("ContactID")
        if not id_:
            raise Invalid("A Contact must be specified for this type of transaction")
        found = self._records.get("Contacts", id_)
        if not found:
            raise errors.not_found()
        if found["ContactStatus"] == "ARCHIVED" and id_ != own.get("ContactID"):
            raise Invalid(ARCHIVED)
        return found


def _unitdp(call: Call) -> int:
    """The decimals of a unit price."""
    return 4 if call.query.get("unitdp") == "4" else 2
