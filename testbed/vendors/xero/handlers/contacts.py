"""Contacts: create, update, archive, read, find."""

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.xero import errors
from testbed.vendors.xero.handlers.batch import save_all
from testbed.vendors.xero.records import Records
from testbed.vendors.xero.rules.contacts import draft_contact
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select
from testbed.vendors.xero.wire.render import render
from testbed.vendors.xero.wire.requests import Element

KIND = "Contacts"


class ContactHandler:
    """Serves /Contacts."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def create(self, call: Call) -> Response:
        return save_all(call, KIND, lambda sent: self._save(sent, None), render)

    def update(self, call: Call) -> Response:
        existing = self._named(call)
        return save_all(call, KIND, lambda sent: self._save(sent, existing), render)

    def read(self, call: Call) -> Response:
        return wrapped(call, KIND, [render(self._named(call))])

    def find(self, call: Call) -> Response:
        found = select(call, KIND, self._records)
        return wrapped(call, KIND, [render(doc) for doc in found.docs], found.pagination)

    def _save(self, sent: Element, existing: Doc | None) -> Doc:
        return self._records.save(KIND, draft_contact(sent, existing, self._records))

    def _named(self, call: Call) -> Doc:
        found = self._records.named(KIND, call.params["id"], "ContactNumber")
        if not found:
            raise errors.not_found()
        return found
