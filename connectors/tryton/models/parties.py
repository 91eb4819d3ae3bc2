"""Tryton's parties: our customers."""

from typing import Any, ClassVar, Final

from pydantic import Field
from stdnum.eu import vat as eu_vat

from connectors.common import References
from connectors.tryton.models.json import Record, Text, TrytonModel, Values
from domain.company import Account, Address
from domain.company_numbers import compact
from domain.customer import Candidate, OpenCustomer
from domain.ids import ExternalId

# The type of identifier "European VAT": Tryton source, modules/party/party.py
_VAT: Final = "eu_vat"


class Identifier(TrytonModel):
    """A number of a party. One without a type is a company id: Tryton knows few registers."""

    type: str | None = None
    code: Text = ""


class _Country(TrytonModel):
    code: Text = ""


class PartyAddress(TrytonModel):
    """An address of a party."""

    street: Text = ""
    city: Text = ""
    postal_code: Text = ""
    country: _Country | None = Field(None, alias="country.")

    def to_address(self) -> Address:
        return Address(street=self.street, city=self.city, postal_code=self.postal_code)


class Party(Record):
    """A party on file. Its first address is the one of its invoices."""

    model: ClassVar = "party.party"
    name: Text = ""
    code: Text = ""
    active: bool = True
    identifiers: tuple[Identifier, ...] = Field((), alias="identifiers.")
    addresses: tuple[PartyAddress, ...] = Field((), alias="addresses.")

    def to_candidate(self, references: References) -> Candidate:
        address = next(iter(self.addresses), PartyAddress())
        return Candidate(
            id=ExternalId(str(self.id)),
            name=self.name,
            key=references.customer(self.code),
            company_id=next((each.code for each in self.identifiers if not each.type), ""),
            vat_id=next((each.code for each in self.identifiers if each.type == _VAT), ""),
            country=address.country.code if address.country else "",
            address=address.to_address(),
            is_archived=not self.active,
        )


class InvoiceParty(Record):
    """What an invoice needs of its party."""

    model: ClassVar = "party.party"
    addresses: tuple[int, ...] = ()
    account_receivable: int | None = None


def party_domain(account: Account, code: str, word: str) -> list[Any]:
    """Finds parties by our code, by number, and by a word of the name."""
    given = (account.ids.company_id, account.ids.vat_id)
    numbers = {spelling for number in given for spelling in (number, compact(number))}
    return [
        "OR",
        ["code", "like", f"{code}%"],
        ["identifiers.code", "in", sorted(numbers - {""})],
        ["name", "ilike", f"%{word}%"],
    ]


def new_party(command: OpenCustomer, code: str, country: int | None) -> Values:
    """Return a party with an address, which an invoice needs, and its country if it is loaded."""
    account = command.account
    email = command.billing_email or account.billing_email
    contacts = [{"type": "email", "value": email}] if email else []
    return {
        "name": account.invoiced_name,
        "code": code,
        "addresses": [["create", [_address(account.address, country)]]],
        "identifiers": [["create", _identifiers(account)]],
        "contact_mechanisms": [["create", contacts]],
    }


def _address(address: Address, country: int | None) -> Values:
    known = {"country": country} if country else {}
    return {**address.model_dump(), **known}


def _identifiers(account: Account) -> list[Values]:
    vat_id = account.ids.vat_id
    is_vat = eu_vat.is_valid(vat_id)
    vat = {"type": _VAT, "code": compact(vat_id)} if is_vat else {"type": None, "code": vat_id}
    return [each for each in ({"type": None, "code": account.ids.company_id}, vat) if each["code"]]
