"""The records of one organisation, by kind and id."""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache, partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from testbed.vendors.common.clock import Clock, milliseconds
from testbed.vendors.common.state import Collection, Doc, Store

ID_FIELDS = {
    "Accounts": "AccountID",
    "Contacts": "ContactID",
    "CreditNotes": "CreditNoteID",
    "Currencies": "Code",
    "Invoices": "InvoiceID",
    "Organisation": "OrganisationID",
    "Payments": "PaymentID",
    "TaxRates": "TaxType",
    "TrackingCategories": "TrackingCategoryID",
}
INDEXED = {
    "Accounts": ("Code",),
    "Contacts": ("Name", "ContactNumber"),
    "CreditNotes": ("CreditNoteNumber", "Reference"),
    "Invoices": ("InvoiceNumber", "Reference"),
}


class Records:
    """Finds records by id, number or indexed field, and stamps what it saves."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        for kind, fields in INDEXED.items():
            for field in fields:
                self.collection(kind).index(field, partial(_keys, field))

    @property
    def organisation(self) -> Doc:
        return next(self.collection("Organisation").values())

    @property
    def now(self) -> int:
        """The server's time in milliseconds."""
        return milliseconds(self.clock.now())

    @property
    def today(self) -> str:
        """The calendar day in the organisation's time zone."""
        zone = ZoneInfo(self.organisation["_zone"])
        return self.clock.now().astimezone(zone).date().isoformat()

    def collection(self, kind: str) -> Collection:
        return self.store.collection(kind)

    def get(self, kind: str, id_: object) -> Doc | None:
        return self.collection(kind).get(str(id_))

    def by(self, kind: str, field: str, text: object) -> list[Doc]:
        """The records whose indexed field equals `text`, without regard to case and accents."""
        return self.collection(kind).by(field, plain(str(text)))

    def named(self, kind: str, name: str, number_field: str) -> Doc | None:
        """The record with this id or, failing that, with this number."""
        return self.get(kind, name) or next(iter(self.by(kind, number_field, name)), None)

    def save(self, kind: str, doc: Doc) -> Doc:
        """Store a record with a new time stamp, and with an id if it has none."""
        id_field = ID_FIELDS[kind]
        id_ = doc.get(id_field) or new_id()
        saved = {**doc, id_field: id_, "UpdatedDateUTC": self.now}
        self.collection(kind).put(id_, saved)
        return saved

    def next_number(self, kind: str, prefix: str, number_field: str) -> str:
        """The next free number of the organisation's sequence."""
        while True:
            number = f"{prefix}{self.store.next_id(f'{kind}.{number_field}'):04d}"
            if not self.by(kind, number_field, number):
                return number


def new_id() -> str:
    return str(uuid4())


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """The text as Xero compares it: without case and accents."""
    split = unicodedata.normalize("NFKD", text)
    return "".join(c for c in split if not unicodedata.combining(c)).casefold()


def _keys(field: str, doc: Doc) -> Iterable[str]:
    found = doc.get(field)
    return () if found is None else (plain(str(found)),)
