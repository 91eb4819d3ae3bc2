"""Xero in the role of Customers. A contact's number is our key, and Xero keeps it unique."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.common import together
from connectors.xero.organisation import Organisation
from connectors.xero.where import any_of, equal, starts
from connectors.xero.wire.base import only, wrapped
from connectors.xero.wire.contacts import (
    Contact,
    Contacts,
    ContactStatus,
    NewContact,
    contact_number,
)
from domain.company import Account, compact
from domain.customer import Candidate, OpenCustomer
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.matching import plain_name
from ports.failures import Absent, Rejected
from ports.operation import Attempt

_KIND = EffectKind("erp.customer")
_WORD = re.compile(r"\w+")


class XeroCustomers:
    """Contacts of one organisation."""

    def __init__(self, xero: Organisation, *, app: str, settle: timedelta) -> None:
        self._file = ContactFile(xero)
        self._customer = CustomerChange(self._file, app, settle)

    @property
    def open_customer(self) -> "CustomerChange":
        return self._customer

    async def find_customers(self, account: Account) -> Sequence[Candidate]:
        """By key, number and exact name in one call, by the name's most telling word in another."""
        numbers = [
            equal(field, spelling)
            for field, number in (
                ("CompanyNumber", account.ids.company_id),
                ("TaxNumber", account.ids.vat_id),
            )
            for spelling in (number, compact(number))
        ]
        ours = starts("ContactNumber", contact_number(account.customer_key))
        where = any_of(ours, *numbers, equal("Name", account.name))
        async with together() as group:
            exact = group.create_task(self._file.search(where=where))
            alike = group.create_task(self._file.search(searchTerm=_telling_word(account.name)))
        candidates = [contact.candidate() for contact in (*exact.result(), *alike.result())]
        return tuple({candidate.id: candidate for candidate in candidates}.values())


@dataclass(frozen=True)
class CustomerChange:
    """Opens a contact under our number; taking it back archives it."""

    file: "ContactFile"
    app: str
    settle: timedelta
    kind: EffectKind = _KIND
    system: str = Organisation.system
    is_repeatable: bool = True

    @property
    def idempotency(self) -> IdempotencyPolicy:
        return IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE, settle_time=self.settle)

    async def do(self, command: OpenCustomer, ticket: Attempt) -> Receipt:
        try:
            made = await self.file.add(NewContact.of(command, ticket.generation))
        except Rejected as refused:
            # What is taken may be taken by us: by an attempt whose answer was lost.
            if found := await self.find(command):
                return found[0]
            await self._name_the_holder(command, refused)
            raise
        return made.made(self.app)

    async def find(self, command: OpenCustomer) -> Sequence[Receipt]:
        """Ours that are not archived; of one that was merged into another, that other."""
        number = contact_number(command.key)
        found = await self.file.search(where=starts("ContactNumber", number))
        ours = [each for each in found if each.key == command.key and not each.is_archived]
        ours.sort(key=lambda contact: (len(contact.contact_number), contact.contact_number))
        return [contact.made(self.app) for contact in ours]

    async def undo(self, command: OpenCustomer, made: Receipt) -> None:
        del command
        try:
            await self.file.archive(made.id)
        except Absent:
            return
        except Rejected:
            # Xero refuses any edit of an archived contact, this one too.
            if not (await self.file.read(made.id)).is_archived:
                raise

    async def _name_the_holder(self, command: OpenCustomer, refused: Rejected) -> None:
        where = equal("Name", command.account.name)
        holders = await self.file.search(where=where) if where else []
        for holder in holders:
            if not holder.is_archived:
                told = f"its name is that of the contact {holder.contact_id}"
                way_out = "choose that one for the deal, or rename either"
                raise Rejected(self.system, f"{refused.reason}: {told}: {way_out}") from refused


class ContactFile:
    """The contacts of an organisation, one call each."""

    def __init__(self, xero: Organisation) -> None:
        self._xero = xero

    async def add(self, contact: NewContact) -> Contact:
        # No idempotency key: the number keeps a second one out, and under a key Xero would go on
        # answering its stored error for six minutes.
        answer = await self._xero.create("/Contacts", body=wrapped("Contacts", contact))
        return only(answer, answer.read(Contacts).contacts)

    async def read(self, id: str) -> Contact:
        answer = await self._xero.read("/Contacts/{}", id)
        return only(answer, answer.read(Contacts).contacts)

    async def archive(self, id: str) -> None:
        archived = ContactStatus(contact_id=id, contact_status="ARCHIVED")
        await self._xero.update("/Contacts/{}", id, body=wrapped("Contacts", archived))

    async def search(self, **query: str) -> list[Contact]:
        """All that the query finds, archived ones too; a merged one stands for its successor."""
        pages = await self._xero.all("/Contacts", Contacts, {**query, "includeArchived": "true"})
        return [await self._current(contact) for page in pages for contact in page.contacts]

    async def _current(self, contact: Contact) -> Contact:
        if not contact.merged_to_contact_id:
            return contact
        successor = await self.read(contact.merged_to_contact_id)
        return successor.model_copy(update={"contact_number": contact.contact_number})


def _telling_word(name: str) -> str:
    """The longest word that is no legal form, as it is spelt."""
    plain = plain_name(name).split()
    words = [word for word in _WORD.findall(name) if plain_name(word) in plain]
    return max(words, key=len, default=name)
