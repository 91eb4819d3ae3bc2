"""Contacts: create, upsert, update, archive, find."""

from typing import Any

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.desks.batch import save_all
from testbed.vendors.xero.rules.contacts import draft_contact, matching
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select
from testbed.vendors.xero.wire.render import out
from testbed.vendors.xero.wire.requests import Element
from testbed.vendors.xero.wire.shapes import CONTACTS

KIND = "Contacts"


class ContactDesk:
    """Serves /Contacts."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def create(self, call: Call) -> Answer:
        return save_all(call, KIND, lambda sent: self._save(call, sent, None), show)

    def upsert(self, call: Call) -> Answer:
        return save_all(call, KIND, lambda sent: self._save(call, sent, self._meant(sent)), show)

    def update(self, call: Call) -> Answer:
        existing = self._named(call)
        return save_all(call, KIND, lambda sent: self._save(call, sent, existing), show)

    def read(self, call: Call) -> Answer:
        return wrapped(call, KIND, [show(self._named(call))])

    def find(self, call: Call) -> Answer:
        found = select(call, CONTACTS, self._books)
        return wrapped(call, KIND, [show(doc) for doc in found.rows], found.pagination)

    def _save(self, call: Call, sent: Element, existing: Doc | None) -> Doc:
        doc = draft_contact(sent, existing, self._books)
        return self._books.file(KIND, {"_app": call.actor, **doc})

    def _meant(self, sent: Element) -> Doc | None:
        if id_ := sent.get("ContactID"):
            return self._books.get(KIND, id_) or _no()
        return matching(sent, self._books)

    def _named(self, call: Call) -> Doc:
        found = self._books.named(KIND, call.params["id"], "ContactNumber")
        return found or _no()


def show(doc: Doc) -> dict[str, Any]:
    """A contact as it is answered."""
    shown: dict[str, Any] = out(doc)
    return shown


def _no() -> Doc:
    raise refusals.absent()
