"""Xero's contacts: our customers."""

import re
from typing import Self

from connectors.xero.wire.base import Page, Wire
from domain.customer import Candidate, OpenCustomer
from domain.effect import Receipt
from domain.ids import ExternalId

_PREFIX = "cw-"
_GENERATION = re.compile(r"\.\d+$")


def contact_number(key: str, generation: int = 1) -> str:
    """Our key as Xero keeps it: ContactNumber is set by apps only.

    An archived contact keeps its number, so a customer that is opened again gets another one.
    """
    return f"{_PREFIX}{key}.{generation}" if generation > 1 else f"{_PREFIX}{key}"


class Address(Wire):
    """Xero needs no more of an address than its type."""

    address_type: str
    country: str


class NewContact(Wire):
    """A customer to be."""

    contact_number: str
    name: str
    email_address: str | None
    tax_number: str | None
    company_number: str | None
    default_currency: str
    addresses: list[Address] | None

    @classmethod
    def of(cls, command: OpenCustomer, generation: int) -> Self:
        account = command.account
        country = account.country if account.country.isalpha() else ""
        return cls(
            contact_number=contact_number(command.key, generation),
            name=account.name,
            email_address=command.billing_email or account.billing_email or None,
            tax_number=account.ids.vat_id or account.ids.tax_id or None,
            company_number=account.ids.company_id or None,
            default_currency=command.currency,
            addresses=[Address(address_type="POBOX", country=country)] if country else None,
        )


class ContactStatus(Wire):
    """A contact's way into the archive."""

    contact_id: str
    contact_status: str


class Contact(Wire):
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

    @property
    def key(self) -> str:
        """Our key of it; empty if it is not ours."""
        number = self.contact_number
        return _GENERATION.sub("", number.removeprefix(_PREFIX) if _is_ours(number) else "")

    def candidate(self) -> Candidate:
        return Candidate(
            id=ExternalId(self.contact_id),
            name=self.name,
            key=self.key,
            company_id=self.company_number,
            vat_id=self.tax_number,
            is_archived=self.is_archived,
        )

    def made(self, app: str) -> Receipt:
        return Receipt(id=ExternalId(self.contact_id), url=f"{app}/Contacts/View/{self.contact_id}")


def _is_ours(number: str) -> bool:
    return number.startswith(_PREFIX)


class Contacts(Page):
    """Contacts, in answer to a read or a write."""

    contacts: list[Contact]
