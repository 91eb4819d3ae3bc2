"""What makes a contact: its texts, its addresses, and names that no other active contact has."""

import re
from collections.abc import Iterator

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.refusals import Invalid
from testbed.vendors.xero.wire.requests import Element, parts_of, text_of

_LENGTHS = {
    "Name": 255,
    "ContactNumber": 50,
    "AccountNumber": 50,
    "FirstName": 255,
    "LastName": 255,
    "EmailAddress": 255,
    "TaxNumber": 50,
    "CompanyNumber": 50,
    "BankAccountDetails": 4000,
    "DefaultCurrency": 3,
    "AccountsReceivableTaxType": 50,
    "SalesDefaultAccountCode": 50,
}
_ADDRESS = (
    "AddressLine1", "AddressLine2", "AddressLine3", "AddressLine4", "City", "Region",
    "PostalCode", "Country", "AttentionTo",
)  # fmt: skip
_PHONE = ("PhoneNumber", "PhoneAreaCode", "PhoneCountryCode")
_STATUSES = {"ACTIVE", "ARCHIVED", "GDPRREQUEST"}
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_MOST_PERSONS = 5
ARCHIVED = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)
_BLANK = {
    "ContactStatus": "ACTIVE",
    "BankAccountDetails": "",
    "Addresses": [
        {"AddressType": kind, "City": "", "Region": "", "PostalCode": "", "Country": ""}
        for kind in ("STREET", "POBOX")
    ],
    "Phones": [
        {"PhoneType": kind, "PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
        for kind in ("DEFAULT", "DDI", "MOBILE", "FAX")
    ],
    "ContactGroups": [],
    "IsSupplier": False,
    "IsCustomer": False,
    "ContactPersons": [],
    "HasAttachments": False,
    "HasValidationErrors": False,
}


def draft_contact(sent: Element, existing: Doc | None, books: Books) -> Doc:
    """The contact as it would be kept; Invalid with every reason against it."""
    if existing and existing["ContactStatus"] == "ARCHIVED":
        raise Invalid(ARCHIVED)
    doc = {**(existing or _BLANK), **_texts(sent)}
    if sent.get("ContactStatus"):
        doc["ContactStatus"] = sent["ContactStatus"]
    doc["Addresses"] = _merged(doc["Addresses"], sent, "Addresses", "AddressType", _ADDRESS)
    doc["Phones"] = _merged(doc["Phones"], sent, "Phones", "PhoneType", _PHONE)
    if "ContactPersons" in sent:
        doc["ContactPersons"] = parts_of(sent, "ContactPersons")
    if "PaymentTerms" in sent:
        doc["PaymentTerms"] = sent["PaymentTerms"]
    if reasons := [*_problems(doc, books)]:
        raise Invalid(*reasons)
    return {name: value for name, value in doc.items() if value not in ("", None) or name in _BLANK}


def matching(sent: Element, books: Books) -> Doc | None:
    """The contact that a POST without an id means: by number, then by name."""
    number, name = text_of(sent, "ContactNumber"), text_of(sent, "Name")
    found = books.by("Contacts", "ContactNumber", number) if number else []
    if not found and name:
        found = [doc for doc in _same_name(name, books) if doc["ContactStatus"] == "ACTIVE"]
    return found[0] if found else None


def _texts(sent: Element) -> Doc:
    return {field: text_of(sent, field) for field in _LENGTHS if sent.get(field) is not None}


def _merged(
    kept: list[Doc], sent: Element, field: str, kind: str, texts: tuple[str, ...]
) -> list[Doc]:
    """The kept parts, each replaced by the sent part of its kind."""
    by_kind = {part[kind]: part for part in kept}
    for part in parts_of(sent, field):
        name = text_of(part, kind) or next(iter(by_kind))
        blank = {text: "" for text in by_kind.get(name, {}) if text != kind}
        values = {text: text_of(part, text) for text in texts if part.get(text)}
        by_kind[name] = {kind: name, **blank, **values}
    return list(by_kind.values())


def _problems(doc: Doc, books: Books) -> Iterator[str]:
    for field, most in _LENGTHS.items():
        if len(str(doc.get(field) or "")) > most:
            yield f"The field {field} must be at most {most} characters long."
    if not doc.get("Name"):
        yield "The contact name must be specified."
    if doc["ContactStatus"] not in _STATUSES:
        yield f"The contact status {doc['ContactStatus']} is not valid."
    if doc.get("EmailAddress") and not _EMAIL.match(doc["EmailAddress"]):
        yield "The email address must be valid."
    if len(doc["ContactPersons"]) > _MOST_PERSONS:
        yield f"A contact can have at most {_MOST_PERSONS} contact persons."
    for address in doc["Addresses"]:
        if any(char.isdigit() for char in address.get("Country", "")):
            yield "Country must contain letters only."
    yield from _taken(doc, books)


def _taken(doc: Doc, books: Books) -> Iterator[str]:
    others = [other for other in _same_name(doc.get("Name") or "", books) if not _same(other, doc)]
    if any(other["ContactStatus"] == "ACTIVE" for other in others):
        yield (
            f"The contact name {doc['Name']} is already assigned to another contact. "
            "The contact name must be unique across all active contacts."
        )
    number = doc.get("ContactNumber")
    for other in books.by("Contacts", "ContactNumber", number) if number else ():
        if not _same(other, doc):
            archived = other["ContactStatus"] == "ARCHIVED"
            yield (
                ARCHIVED
                if archived
                else (f"The contact number {number} is already assigned to another contact.")
            )


def _same_name(name: str, books: Books) -> list[Doc]:
    """Contacts of that name, case ignored (accents are not)."""
    return [
        doc
        for doc in books.by("Contacts", "Name", name)
        if doc["Name"].casefold() == name.casefold()
    ]


def _same(other: Doc, doc: Doc) -> bool:
    return bool(other["ContactID"] == doc.get("ContactID"))
