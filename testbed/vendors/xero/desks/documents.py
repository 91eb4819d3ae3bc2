"""Invoices and credit notes: create, upsert, update, find."""

from typing import Any

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.desks.batch import save_all
from testbed.vendors.xero.refusals import Invalid
from testbed.vendors.xero.rules.contacts import ARCHIVED, draft_contact, matching
from testbed.vendors.xero.rules.documents import Write, draft_document
from testbed.vendors.xero.rules.kinds import Kind
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select, truth
from testbed.vendors.xero.wire.render import out, with_days, with_stamp
from testbed.vendors.xero.wire.requests import Element, part_of
from testbed.vendors.xero.wire.shapes import Shape

_BRIEF = ("ContactID", "ContactNumber", "ContactStatus", "Name", "HasValidationErrors")
_LINES, _SUMMARY = ("LineItems",), ("LineItems", "Payments")


class DocumentDesk:
    """Serves /Invoices or /CreditNotes."""

    def __init__(self, kind: Kind, shape: Shape, books: Books) -> None:
        self.kind = kind
        self._shape = shape
        self._books = books

    def create(self, call: Call) -> Answer:
        return self._save_all(call, lambda _: None)

    def upsert(self, call: Call) -> Answer:
        return self._save_all(call, self._meant)

    def update(self, call: Call) -> Answer:
        existing = self.named(call)
        return self._save_all(call, lambda _: existing)

    def read(self, call: Call) -> Answer:
        return wrapped(call, self.kind.plural, [self.show(self.named(call), _unitdp(call))])

    def find(self, call: Call) -> Answer:
        found = select(call, self._shape, self._books)
        left_out = _SUMMARY if truth(call, "summaryOnly") else _LINES if found.lean else ()
        rows = [
            self.show({k: v for k, v in doc.items() if k not in left_out}, _unitdp(call))
            for doc in found.rows
        ]
        return wrapped(call, self.kind.plural, rows, found.pagination)

    def named(self, call: Call) -> Doc:
        """The document that the path names by id or number."""
        found = self._books.named(self.kind.plural, call.params["id"], self.kind.number)
        if not found:
            raise refusals.absent()
        return found

    def show(self, doc: Doc, unitdp: int = 4) -> dict[str, Any]:
        """A document as it is answered, its contact as it is now."""
        contact = self._books.get("Contacts", doc["Contact"]["ContactID"]) or {}
        brief = {name: contact[name] for name in _BRIEF if name in contact}
        shown: dict[str, Any] = out(with_days(with_stamp({**doc, "Contact": brief})), unitdp)
        for line in shown.get("LineItems", ()):
            line["ValidationErrors"] = []
        return shown

    def _save_all(self, call: Call, existing: Any) -> Answer:  # noqa: ANN401  a function
        unitdp = _unitdp(call)

        def save(sent: Element) -> Doc:
            return self._save(call, sent, existing(sent))

        return save_all(call, self.kind.plural, save, lambda doc: self.show(doc, unitdp))

    def _save(self, call: Call, sent: Element, existing: Doc | None) -> Doc:
        contact = self._contact(sent, existing)
        write = Write(sent=sent, existing=existing, contact=contact, unitdp=_unitdp(call))
        doc = draft_document(write, self.kind, self._books)
        if not contact.get("IsCustomer") or not contact.get("ContactID"):
            contact = self._books.file("Contacts", {**contact, "IsCustomer": True})
        elif contact is not self._books.get("Contacts", contact["ContactID"]):
            self._books.file("Contacts", contact)
        doc["Contact"] = {"ContactID": contact["ContactID"]}
        if not doc.get(self.kind.number):
            doc[self.kind.number] = self._books.next_number(
                self.kind.plural, self.kind.prefix, self.kind.number
            )
        return self._books.file(self.kind.plural, {"_app": call.actor, **doc})

    def _contact(self, sent: Element, existing: Doc | None) -> Doc:
        """The contact meant: one on file, changed by what else was sent of it, or a new one."""
        asked = part_of(sent, "Contact")
        if not asked and existing:
            return self._books.get("Contacts", existing["Contact"]["ContactID"]) or {}
        if not asked:
            raise Invalid("A Contact must be specified for this type of transaction")
        found = self._on_file(asked)
        if found and found["ContactStatus"] == "ARCHIVED" and not _is_of(existing, found):
            raise Invalid(ARCHIVED)
        if found and asked.keys() <= {"ContactID"}:
            return found
        return draft_contact(asked, found, self._books)

    def _on_file(self, asked: Element) -> Doc | None:
        if id_ := asked.get("ContactID"):
            found = self._books.get("Contacts", id_)
            if not found:
                raise refusals.absent()
            return found
        return matching(asked, self._books)

    def _meant(self, sent: Element) -> Doc | None:
        kind = self.kind
        if id_ := sent.get(kind.id):
            found = self._books.get(kind.plural, id_)
            if not found:
                raise refusals.absent()
            return found
        number = sent.get(kind.number)
        return self._books.named(kind.plural, number, kind.number) if number else None


def _is_of(existing: Doc | None, contact: Doc) -> bool:
    return bool(existing and existing["Contact"]["ContactID"] == contact["ContactID"])


def _unitdp(call: Call) -> int:
    return 4 if call.query.get("unitdp") == "4" else 2
