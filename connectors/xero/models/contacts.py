"""Xero's contacts: our customers."""

from typing import Self

from connectors.common import References
from connectors.common.countries import alpha_2
from connectors.xero.models.documents import Links
from connectors.xero.models.json import XeroModel
from domain.company import Account, Address
from domain.customer import Candidate, OpenCustomer
from domain.effect import Receipt
from domain.ids import ExternalId


class ContactAddress(XeroModel):
    """An address of a contact; Xero keeps one of each type. POBOX is the one for invoices."""

    address_type: str = "POBOX"
    address_line1: str | None = None
    city: str | None = None
    postal_code: str | None = None
    country: str | None = None

    @classmethod
    def of(cls, account: Account) -> Self:
        # Xero takes only letters as a country.
        return cls(
            address_line1=account.address.street or None,
            city=account.address.city or None,
            postal_code=account.address.postal_code or None,
            country=account.country if account.country.isalpha() else None,
        )

    def to_address(self) -> Address:
        return Address(
            street=self.address_line1 or "",
            city=self.city or "",
            postal_code=self.postal_code or "",
        )


class NewContact(XeroModel):
    """A contact to be made."""

    contact_number: str
    name: str
    email_address: str | None
    tax_number: str | None
    company_number: str | None
    default_currency: str
    addresses: list[ContactAddress]

    @classmethod
    def of(cls, command: OpenCustomer, reference: str) -> Self:
        account = command.account
        return cls(
            contact_number=reference,
            name=account.invoiced_name,
            email_address=command.billing_email or account.billing_email or None,
            tax_number=account.ids.vat_id or account.ids.tax_id or None,
            company_number=account.ids.company_id or None,
            default_currency=command.currency,
            addresses=[ContactAddress.of(account)],
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
    addresses: list[ContactAddress] = []

    @property
    def is_archived(self) -> bool:
        return self.contact_status != "ACTIVE"

    def to_candidate(self, references: References) -> Candidate:
        by_type = {each.address_type: each for each in self.addresses}
        address = by_type.get("POBOX", ContactAddress())
        return Candidate(
            id=ExternalId(self.contact_id),
            name=self.name,
            key=references.customer(self.contact_number),
            company_id=self.company_number,
            vat_id=self.tax_number,
            country=alpha_2(address.country or "") or "",
            address=address.to_address(),
            is_archived=self.is_archived,
        )

    def receipt(self, links: Links) -> Receipt:
        return Receipt(id=ExternalId(self.contact_id), url=links.contact(self.contact_id))
