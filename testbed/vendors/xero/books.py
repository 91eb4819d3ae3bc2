"""One organisation's records: documents by kind, references between them, the vendor's clock."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Collection, Doc, Store
from testbed.vendors.xero.wire.moments import instant
from testbed.vendors.xero.wire.values import at, plain

ID_FIELDS = {
    "Accounts": "AccountID",
    "BankTransactions": "BankTransactionID",
    "BrandingThemes": "BrandingThemeID",
    "Contacts": "ContactID",
    "CreditNotes": "CreditNoteID",
    "Currencies": "Code",
    "Invoices": "InvoiceID",
    "Items": "ItemID",
    "Options": "TrackingOptionID",
    "Organisation": "OrganisationID",
    "Overpayments": "OverpaymentID",
    "Payments": "PaymentID",
    "Prepayments": "PrepaymentID",
    "TaxRates": "TaxType",
    "TrackingCategories": "TrackingCategoryID",
}
INDEXED = {
    "Accounts": ("Code",),
    "Contacts": ("Name", "ContactNumber", "CompanyNumber", "TaxNumber"),
    "CreditNotes": ("CreditNoteNumber", "Reference"),
    "Invoices": ("InvoiceNumber", "Reference", "Contact.ContactID"),
    "Items": ("Code",),
    "Payments": ("Reference", "Invoice.InvoiceID"),
}
_REFERENCES = {"Contact": "Contacts", "Invoice": "Invoices", "Account": "Accounts"}


class Books:
    """Finds documents by id, number or indexed field, and files them with a fresh stamp."""

    def __init__(self, store: Store, clock: Clock, options: Mapping[str, Any]) -> None:
        self.store = store
        self.clock = clock
        self.options = options
        for kind, paths in INDEXED.items():
            for path in paths:
                self.shelf(kind).index(path, partial(_keys, path))

    @property
    def organisation(self) -> Doc:
        """The organisation as seeded; the option `organisation` overrides (lock dates)."""
        kept = next(self.shelf("Organisation").values())
        return {**kept, **self.options.get("organisation", {})}

    @property
    def base_currency(self) -> str:
        return str(self.organisation["BaseCurrency"])

    @property
    def now(self) -> int:
        """The vendor's instant, in milliseconds."""
        return instant(self.clock.now())

    @property
    def today(self) -> str:
        """The calendar day where the organisation is."""
        zone = ZoneInfo(self.organisation["_zone"])
        return self.clock.now().astimezone(zone).date().isoformat()

    def shelf(self, kind: str) -> Collection:
        return self.store.collection(kind)

    def get(self, kind: str, id_: object) -> Doc | None:
        return self.shelf(kind).get(str(id_).lower() if "-" in str(id_) else str(id_))

    def by(self, kind: str, path: str, text: object) -> list[Doc]:
        """The documents whose indexed field reads like `text`, case and accents ignored."""
        return self.shelf(kind).by(path, plain(str(text)))

    def named(self, kind: str, name: str, number_field: str | None = None) -> Doc | None:
        """A document by its id or, where the vendor allows it, by its number."""
        found = self.get(kind, name)
        if found is None and number_field:
            return next(iter(self.by(kind, number_field, name)), None)
        return found

    def reach(self, doc: Doc, path: str) -> Any:  # noqa: ANN401  as stored
        """The value at a dotted path, following a document's references to other documents."""
        head, _, rest = path.partition(".")
        if not rest or head not in _REFERENCES or (found := at(doc, path)) is not None:
            return at(doc, path) if rest else doc.get(head)
        kind = _REFERENCES[head]
        other = self.get(kind, at(doc, f"{head}.{ID_FIELDS[kind]}"))
        return self.reach(other, rest) if other else found

    def file(self, kind: str, doc: Doc) -> Doc:
        """Keep a document, stamped now; one without an id gets one."""
        id_field = ID_FIELDS[kind]
        made = {id_field: new_id()} if not doc.get(id_field) else {}
        filed = {**made, **doc, "UpdatedDateUTC": self.now}
        filed.setdefault("_born", self.now)
        self.shelf(kind).put(filed[id_field], filed)
        return filed

    def next_number(self, kind: str, prefix: str, number_field: str) -> str:
        """The next of the organisation's own sequence that nobody has taken."""
        while True:
            number = f"{prefix}{self.store.next_id(f'{kind}.{number_field}'):04d}"
            if not self.by(kind, number_field, number):
                return number

    def settled_for(self, doc: Doc) -> bool:
        """Whether lists show the document yet (option `list_lag`, in seconds)."""
        lag = timedelta(seconds=float(self.options.get("list_lag", 0)))
        return not lag or self.now - doc.get("_born", 0) >= lag / timedelta(milliseconds=1)


def new_id() -> str:
    return str(uuid4())


def _keys(path: str, doc: Doc) -> Iterable[str]:
    found = at(doc, path)
    return () if found is None else (plain(str(found)),)
