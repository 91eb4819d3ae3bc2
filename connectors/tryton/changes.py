"""What Cashward changes in Tryton: customers are opened, invoices drafted, invoices credited."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from pydantic import Field
from stdnum.eu import vat as eu_vat

from connectors.tryton.documents import Document, Documents, StoredInvoice
from connectors.tryton.office import Office, Walk
from connectors.tryton.wire import (
    MODEL,
    SYSTEM,
    Row,
    Rows,
    Text,
    Values,
    Wire,
    day,
    decimal,
    number_of,
)
from domain.billing import CreditInvoice, DraftInvoice, InvoiceLine
from domain.company import Account, compact
from domain.customer import OpenCustomer
from domain.effect import EffectKind, IdempotencyPolicy, Receipt, Strategy
from ports.failures import Absent, Rejected
from ports.operation import Attempt

PREFIX = "cw-"
VAT = "eu_vat"
_CUSTOMER = EffectKind("erp.customer")
_INVOICE = EffectKind("erp.invoice")
_CREDIT = EffectKind("erp.credit")
_GENERATION = re.compile(r"\.\d+$")


class _Identifier(Wire):
    type: str | None = None
    code: Text = ""


class _Country(Row):
    model: ClassVar = "country.country"


class Party(Row):
    """A party on file."""

    model: ClassVar = "party.party"
    name: Text = ""
    code: Text = ""
    active: bool = True
    identifiers: tuple[_Identifier, ...] = Field((), alias="identifiers.")

    @property
    def key(self) -> str:
        """Our key of it; empty if it is not ours."""
        ours = self.code.startswith(PREFIX)
        return _GENERATION.sub("", self.code.removeprefix(PREFIX)) if ours else ""


@dataclass(frozen=True)
class CustomerChange:
    """Opens a party under our code, which Tryton keeps unique; taking it back archives it."""

    office: Office
    settle: timedelta
    kind: EffectKind = _CUSTOMER
    system: str = SYSTEM
    is_repeatable: bool = True

    @property
    def idempotency(self) -> IdempotencyPolicy:
        return IdempotencyPolicy(strategy=Strategy.UNIQUE_REFERENCE, settle_time=self.settle)

    async def do(self, command: OpenCustomer, ticket: Attempt) -> Receipt:
        values = await self._values(command, ticket.generation)
        try:
            made = await self.office.create(Party.model, values)
        except Rejected:
            # The code may be taken by us: by an attempt whose answer was lost.
            if found := await self.find(command):
                return found[0]
            raise
        return self.office.links.made(Party.model, made)

    async def find(self, command: OpenCustomer) -> Sequence[Receipt]:
        """Ours that are not archived, oldest first."""
        like = ["code", "like", f"{PREFIX}{command.key}%"]
        found = await self.office.search(Rows[Party], [like])
        ours = [party for party in found if party.key == command.key]
        return [self.office.links.made(Party.model, party.id) for party in ours]

    async def undo(self, command: OpenCustomer, made: Receipt) -> None:
        del command
        try:
            party = number_of(made.id)
        except Absent:
            return
        # Archived parties do not show unless they are asked for: what shows is to be archived.
        if await self.office.search(Rows[Party], [["id", "=", party]]):
            await self.office.write(Party.model, party, {"active": False})

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
            "identifiers": [["create", _identifiers(account)]],
            "contact_mechanisms": [["create", contact]],
        }

    async def _address(self, country: str) -> Values:
        """An invoice needs an address, if only a country; a country that is not loaded is left."""
        found = await self.office.search(Rows[_Country], [["code", "=", country]])
        return {"country": found[0].id} if found else {}


def _identifiers(account: Account) -> list[Values]:
    company_id, vat_id = account.ids.company_id, account.ids.vat_id
    is_vat = eu_vat.is_valid(vat_id)
    vat = {"type": VAT, "code": compact(vat_id)} if is_vat else {"type": None, "code": vat_id}
    return [each for each in ({"type": None, "code": company_id}, vat) if each["code"]]


@dataclass(frozen=True)
class _Drafting:
    documents: Documents
    system: str = SYSTEM
    is_repeatable: bool = False

    @property
    def idempotency(self) -> IdempotencyPolicy:
        return IdempotencyPolicy(strategy=Strategy.DRAFT, settle_time=self.documents.settle)


@dataclass(frozen=True)
class InvoiceChange(_Drafting):
    """Makes a draft under our reference, and deletes it while it is one: `issue` posts it."""

    kind: EffectKind = _INVOICE

    async def do(self, command: DraftInvoice, ticket: Attempt) -> Receipt:
        del ticket
        document = Document(
            customer=command.customer,
            reference=command.reference,
            issue_date=command.issue_date,
            due_date=command.due_date,
            lines=command.lines,
            rule=command.tax,
        )
        return self.documents.made(await self.documents.add(document))

    async def find(self, command: DraftInvoice) -> Sequence[Receipt]:
        found = await self.documents.find(command.reference)
        return [self.documents.made(stored) for stored in found]

    async def undo(self, command: DraftInvoice, made: Receipt) -> None:
        del command
        try:
            stored = await self.documents.read(made.id)
        except Absent:
            return
        if stored.is_gone and not stored.number:
            return
        if not stored.is_draft:
            reason = f"invoice {stored.name} is issued: only a credit note reverses it"
            raise Rejected(SYSTEM, reason)
        await self.documents.delete(stored)


@dataclass(frozen=True)
class CreditChange(_Drafting):
    """A credit note by Tryton's own procedure: its draft, its posting, its setting off, each once.

    A whole invoice is credited by Tryton's wizard. Told to refund as well it would cancel the
    invoice, and refuse where its rounding of the tax is a coin off: so it makes the draft alone,
    which is born under our reference and is given our tax before it is posted. The wizard knows no
    part of an invoice. A note over a part is what it is in Tryton: an invoice below zero, each of
    whose lines names as its origin a line that it credits.
    """

    kind: EffectKind = _CREDIT

    async def do(self, command: CreditInvoice, ticket: Attempt) -> Receipt:
        """Goes on with what is there already; of several drafts, with the oldest alone."""
        del ticket
        invoice = await self.documents.read(command.invoice)
        document = _note(command, invoice)
        notes = await self.documents.find(command.reference)
        note = notes[0] if notes else await self._draft(document, invoice)
        for stray in notes[1:]:
            if stray.is_draft:
                await self.documents.delete(stray)
        if note.is_draft:
            if _is_whole(document, invoice):
                note = await self._filled_in(note, document)
            self.documents.compare(note, document)
            await self.documents.post(note.id)
            note = await self.documents.at(note.id)
        if not _is_set_off(note, invoice):
            await self._set_off(note, invoice)
        return self.documents.made(note)

    async def find(self, command: CreditInvoice) -> Sequence[Receipt]:
        """Those that count against the invoice: any other is not made yet, and `make` goes on."""
        notes = await self.documents.find(command.reference)
        if not notes:
            return []
        invoice = await self.documents.read(command.invoice)
        return [self.documents.made(note) for note in notes if _is_set_off(note, invoice)]

    async def undo(self, command: CreditInvoice, made: Receipt) -> None:
        reason = f"credit note {made.id} of {command.reference} is issued: it stays in the books"
        raise Rejected(SYSTEM, reason)

    async def _draft(self, document: Document, invoice: StoredInvoice) -> StoredInvoice:
        """Only where there is room: a note that finds none would stay open in the books."""
        *_, gross = document.totals
        if invoice.amount_to_pay < -gross:
            raise Rejected(
                SYSTEM,
                f"invoice {invoice.name} has {invoice.amount_to_pay} left to pay, less than the "
                f"credit of {-gross}: finance must refund in Tryton what was paid",
            )
        if not _is_whole(document, invoice):
            return await self.documents.add(document)
        on = day(document.issue_date)
        crediting = Walk(
            wizard="account.invoice.credit",
            model=MODEL,
            ids=[invoice.id],
            button="credit",
            form={"with_refund": False, "with_refund_allowed": True, "invoice_date": on},
            presets={"reference": document.reference, "payment_term_date": on},
        )
        await self.documents.office.walk(crediting)
        if not (notes := await self.documents.find(document.reference)):
            raise Rejected(SYSTEM, "the credit note has not our reference: update Tryton to 8.2")
        return notes[0]

    async def _filled_in(self, note: StoredInvoice, document: Document) -> StoredInvoice:
        """With what the wizard leaves open: the reason, and the tax to the coin."""
        reason, (_, tax, _) = document.lines[0].description, document.totals
        if (note.description, note.amounts) == (reason, document.totals):
            return note
        amount = ["write", note.taxes, {"amount": decimal(tax)}]
        values = {"description": reason, "taxes": [amount]}
        await self.documents.office.write(MODEL, note.id, values)
        return await self.documents.at(note.id)

    async def _set_off(self, note: StoredInvoice, invoice: StoredInvoice) -> None:
        """A note over all that is open closes the invoice; a smaller one joins its payments."""
        office, own = self.documents.office, [line.id for line in note.lines_to_pay]
        if invoice.amount_to_pay == -note.total_amount:
            lines = (*invoice.lines_to_pay, *invoice.payment_lines)
            still_open = {line.id for line in lines if line.reconciliation is None}
            closing, ids = "account.move.reconcile_lines", sorted(still_open | set(own))
            await office.walk(Walk(wizard=closing, model="account.move.line", ids=ids))
        else:
            await office.write(MODEL, invoice.id, {"payment_lines": [["add", own]]})


def _is_whole(document: Document, invoice: StoredInvoice) -> bool:
    return document.totals == tuple(-amount for amount in invoice.amounts)


def _is_set_off(note: StoredInvoice, invoice: StoredInvoice) -> bool:
    against = {line.id for line in invoice.settlements}
    return bool(note.lines_to_pay) and against >= {line.id for line in note.lines_to_pay}


def _note(command: CreditInvoice, invoice: StoredInvoice) -> Document:
    """One line, which names the invoice in words and by its first line."""
    note = f" ({command.tax.note})" if command.tax.note else ""
    description = f"Credit of invoice {command.invoice_number}: {command.reason}{note}"
    return Document(
        customer=command.customer,
        reference=command.reference,
        issue_date=command.issue_date,
        due_date=command.issue_date,
        lines=(InvoiceLine(description=description, net=command.net),),
        rule=command.tax,
        sign=-1,
        origin=f"account.invoice.line,{invoice.lines[0]}" if invoice.lines else None,
    )
