"""Tryton in the role of Customers. A party's code is our key, and Tryton keeps it unique."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from connectors.tryton.links import Links
from connectors.tryton.office import Office, Values, number_of
from connectors.tryton.parties import PREFIX, Parties, identifiers, spelt
from connectors.tryton.wire import Row, Rows
from domain.company import Account
from domain.customer import Candidate, OpenCustomer
from domain.effect import EffectKind, Made, Repeat, Strategy
from domain.matching import plain_name
from domain.names import ExternalId
from ports.change import Ticket
from ports.failures import Absent, Rejected

_KIND = EffectKind("erp.customer")
_WORD = re.compile(r"\w+")
_MOST = 200  # candidates that a person could still choose from


class _Countries(Rows):
    model: ClassVar = "country.country"
    reads: ClassVar = ("id",)
    result: list[Row]


class TrytonCustomers:
    """Parties of one database."""

    def __init__(self, office: Office, links: Links, settle: timedelta) -> None:
        self._office = office
        self._customer = CustomerChange(office, links, settle)

    @property
    def customer(self) -> "CustomerChange":
        return self._customer

    async def find_customers(self, account: Account) -> Sequence[Candidate]:
        """By key, number and the name's most telling word, in one call."""
        ids = account.ids
        numbers = {number for given in (ids.company_id, ids.vat_id) for number in spelt(given)}
        anyhow = [
            ["code", "like", f"{PREFIX}{account.customer_key}%"],
            ["identifiers.code", "in", sorted(numbers)],
            ["name", "ilike", f"%{_telling_word(account.name)}%"],
        ]
        found = await self._office.search(Parties, ["OR", *anyhow], limit=_MOST)
        return [party.candidate() for party in found.result]


@dataclass(frozen=True)
class CustomerChange:
    """Opens a party under our code; taking it back archives it."""

    office: Office
    links: Links
    settle: timedelta
    kind: EffectKind = _KIND
    system: str = Office.system
    reopens: bool = True

    @property
    def repeat(self) -> Repeat:
        return Repeat(strategy=Strategy.UNIQUE_REFERENCE, settle=self.settle)

    async def make(self, command: OpenCustomer, ticket: Ticket) -> Made:
        values = await self._values(command, ticket.generation)
        try:
            made = await self.office.create("party.party", values)
        except Rejected:
            # The code may be taken by us: by an attempt whose answer was lost.
            if found := await self.find(command):
                return found[0]
            raise
        return self._made(int(made))

    async def find(self, command: OpenCustomer) -> Sequence[Made]:
        """Ours that are not archived, oldest first."""
        like = ["code", "like", f"{PREFIX}{command.key}%"]
        found = await self.office.search(Parties, [like])
        return [self._made(party.id) for party in found.result if party.key == command.key]

    async def take_back(self, command: OpenCustomer, made: Made) -> None:
        del command
        try:
            party = number_of(made.id)
        except Absent:
            return
        # Archived parties do not show unless they are asked for: what shows is to be archived.
        if (await self.office.search(Parties, [["id", "=", party]])).result:
            await self.office.write("party.party", party, {"active": False})

    async def _values(self, command: OpenCustomer, generation: int) -> Values:
        account = command.account
        again = f".{generation}" if generation > 1 else ""
        email = command.billing_email or account.billing_email
        contact = [{"type": "email", "value": email}] if email else []
        return {
            "name": account.name,
            # An archived party keeps its code, so one that is opened again gets another.
            "code": f"{PREFIX}{command.key}{again}",
            "addresses": [["create", [await self._address(account.country)]]],
            "identifiers": [["create", identifiers(account)]],
            "contact_mechanisms": [["create", contact]],
        }

    async def _address(self, country: str) -> Values:
        """An invoice needs an address, if only a country; a country that is not loaded is left."""
        found = await self.office.search(_Countries, [["code", "=", country]])
        return {"country": found.result[0].id} if found.result else {}

    def _made(self, id: int) -> Made:
        return Made(id=ExternalId(str(id)), url=self.links.record("party.party", id))


def _telling_word(name: str) -> str:
    """The longest word that is no legal form, as it is spelt."""
    plain = plain_name(name).split()
    words = [word for word in _WORD.findall(name) if plain_name(word) in plain]
    return max(words, key=len, default=name)
