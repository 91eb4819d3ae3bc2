"""Xero's contacts: our customers."""

from typing import Self

from connectors.common import References
from connectors.xero.models.documents import Links
from connectors.xero.models.json import XeroModel
from domain.customer import Candidate, OpenCustomer
from domain.effect import Receipt
from domain.ids import ExternalId


class Address(XeroModel):
    """An address; Xero requires only its type."""

    address_type: str
    country: str


class NewContact(XeroModel):
    """A contact to be made."""

    contact_number: str
    name: str
    email_address: str | None
    tax_number: str | None
    company_number: str | None
    default_currency: str
    addresses: list[Address] | None

    @classmethod
    def of(cls, command: OpenCustomer, reference: str) -> Self:
        account = command.account
        country = account.country if account.country.isalpha() else ""
        return cls(
            contact_number=reference,
            name=account.name,
            email_address=command.billing_email or account.billing_email or None,
            tax_number=account.ids.vat_id or account.ids.tax_id or None,
            company_number=account.ids.company_id or None,
            default_currency=command.currency,
            addresses=[Address(address_type="POBOX", country=country)] if country else None,
        )


class ContactUpdate(XeroModel):
    """A change of a contact's status."""

    contact_id: str
    contact_status: str


class Contact(XeroModel):
    """A contact on file. Of two merged contacts, the archived one names the other."""

    contact_id: str
    contact_number: str = ""
    contact_status: str = "ACTIVE"
    name: str = ""
    tax_number: str = ""
    company_number: str = ""
    merged_to_contact_id: str = ""

    @property
    def is_archived(self) -> bool:
        return self.contact_status != "ACTIVE"

    def to_candidate(self, references: References) -> Candidate:
        return Candidate(
            id=ExternalId(self.contact_id),
            name=self.name,
            key=references.customer(self.contact_number),
            company_id=self.company_number,
            vat_id=self.tax_number,
            is_archived=self.is_archived,
        )

    def receipt(self, links: Links) -> Receipt:
        return Receipt(id=ExternalId(self.contact_id), url=links.contact(self.contact_id))
