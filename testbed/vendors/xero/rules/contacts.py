"""Contacts after a write, or every reason against it."""

import re
from collections.abc import Iterator

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.errors import Invalid
from testbed.vendors.xero.records import Records
from testbed.vendors.xero.wire.requests import Element, parts_in, text_in

_LENGTHS = {
    "Name": 255,
    "ContactNumber": 50,
    "EmailAddress": 255,
    "TaxNumber": 50,
    "CompanyNumber": 50,
    "DefaultCurrency": 3,
}
_ADDRESS = ("AddressLine1", "City", "Region", "PostalCode", "Country")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
ARCHIVED = (
    "The specified contact details matched an archived contact. "
    "Archived contacts cannot currently be edited via the API."
)
_BLANK = {
    "ContactStatus": "ACTIVE",
    "Addresses": [
        {"AddressType": kind, "City": "", "Region": "", "PostalCode": "", "Country": ""}
        for kind in ("STREET", "POBOX")
    ],
    "IsCustomer": False,
    "HasValidationErrors": False,
}


def draft_contact(sent: Element, existing: Doc | None, records: Records) -> Doc:
    """The contact after the write; changes no record. Raises Invalid."""
    if existing and existing["ContactStatus"] == "ARCHIVED":
        raise Invalid(ARCHIVED)
    doc = {**(existing or _BLANK)}
    doc |= {field: text_in(sent, field) for field in _LENGTHS if sent.get(field) is not None}
    doc["ContactStatus"] = sent.get("ContactStatus") or doc["ContactStatus"]
    doc["Addresses"] = _addresses(doc["Addresses"], parts_in(sent, "Addresses"))
    if reasons := [*_problems(doc, records)]:
        raise Invalid(*reasons)
    return {name: value for name, value in doc.items() if value not in ("", None) or name in _BLANK}


def _addresses(kept: list[Doc], sent: list[Element]) -> list[Doc]:
    """The kept addresses, each replaced by the sent address of its type."""
    by_type = {address["AddressType"]: address for address in kept}
    for address in sent:
        type_ = text_in(address, "AddressType") or "POBOX"
        lines = {name: text_in(address, name) or "" for name in _ADDRESS}
        by_type[type_] = {"AddressType": type_, **lines}
    return list(by_type.values())


def _problems(doc: Doc, records: Records) -> Iterator[str]:
    for field, most in _LENGTHS.items():
        if len(doc.get(field) or "") > most:
            yield f"The field {field} must be at most {most} characters long."
    if not doc.get("Name"):
        yield "The contact name must be specified."
    if doc.get("EmailAddress") and not _EMAIL.match(doc["EmailAddress"]):
        yield "The email address must be valid."
    for address in doc["Addresses"]:
        if any(char.isdigit() for char in address.get("Country", "")):
            yield "Country must contain letters only."
    yield from _taken(doc, records)


def _taken(doc: Doc, records: Records) -> Iterator[str]:
    """The reasons if another contact has the name or the number."""
    name, number = doc.get("Name") or "", doc.get("ContactNumber")
    for other in _others(doc, "Name", records):
        # Names that differ in accents are two names.
        if other["ContactStatus"] == "ACTIVE" and other["Name"].casefold() == name.casefold():
            yield (
                f"The contact name {name} is already assigned to another contact. "
                "The contact name must be unique across all active contacts."
            )
    for other in _others(doc, "ContactNumber", records):
        archived = other["ContactStatus"] == "ARCHIVED"
        taken = f"The contact number {number} is already assigned to another contact."
        yield ARCHIVED if archived else taken


def _others(doc: Doc, field: str, records: Records) -> list[Doc]:
    found = records.by("Contacts", field, doc[field]) if doc.get(field) else []
    return [other for other in found if other["ContactID"] != doc.get("ContactID")]
