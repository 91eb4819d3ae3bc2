"""A HubSpot deal and what hangs on it, as our Deal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.common import fields
from connectors.common.deal_fields import by_role, check_key, company_ids, terms
from connectors.common.fields import FieldReader
from connectors.hubspot.fields import LABELS
from connectors.hubspot.texts import country, day, moment
from connectors.hubspot.wire import Association, PipelineStage, Record
from domain.company import Account
from domain.deal import Contact, ContactRole, CostType, Deal, QuoteLine, Unit
from domain.ids import AccountId, ContactId, DealId, OwnerId
from domain.money import Money

_PRIMARY = "deal_to_company"
_ROLES = {label.casefold(): role for role, label in LABELS.items()}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything read for one deal. `currency` is the deal's own, or else the account's."""

    system: str
    deal: Record
    url: str
    company: Record | None
    labelled: Sequence[Association]
    contacts: Mapping[str, Record]
    lines: Sequence[Record]
    stage: PipelineStage | None
    currency: str

    def key(self, id: str) -> str:
        return f"{self.system}:{id}"


def deal_of(id: DealId, reading: Reading) -> Deal:
    """Never fails: what cannot be understood is told in `unreadable`."""
    record, notes = reading.deal, FieldReader()
    check_key(id, record.text, notes, cause="merged or copied")
    owner = record.text("hubspot_owner_id")
    return Deal(
        id=id,
        name=record.text("dealname"),
        url=reading.url,
        owner=OwnerId(reading.key(owner)) if owner else None,
        is_won=bool(reading.stage and reading.stage.is_won),
        closed_at=notes.read("close date", record.text("closedate"), moment),
        probability=reading.stage.metadata.probability if reading.stage else Decimal(0),
        value=notes.read("amount", record.text("amount"), fields.money(reading.currency)),
        account=_account(reading, notes),
        contacts=by_role(_contacts(reading)),
        lines=tuple(_lines(reading, notes)),
        **terms(record.text, notes, day),
        unreadable=tuple(notes.findings),
    )


def company_id(record: Record, notes: FieldReader | None = None) -> str | None:
    """The deal's company: the primary one, or the only one."""
    links = record.linked("companies").results
    primary = {link.id for link in links if link.type == _PRIMARY}
    ids = primary or {link.id for link in links}
    if len(ids) > 1 and notes:
        notes.add("company", f"the deal has {len(ids)} companies: make one of them primary")
    return ids.pop() if len(ids) == 1 else None


def _account(reading: Reading, notes: FieldReader) -> Account | None:
    company_id(reading.deal, notes)
    record = reading.company
    if record is None:
        return None
    return Account(
        id=AccountId(reading.key(record.id)),
        name=record.text("name"),
        country=notes.read("company", record.text("country"), country) or "",
        domain=record.text("domain"),
        ids=company_ids(record.text),
    )


def _contacts(reading: Reading) -> Iterator[Contact]:
    """One for each role that a contact plays."""
    for other in reading.labelled:
        if record := reading.contacts.get(str(other.id)):
            yield from (_contact(reading, record, role) for role in _roles(other))


def _roles(association: Association) -> Sequence[ContactRole | None]:
    labels = {label.casefold() for label in association.labels}
    return [role for label, role in _ROLES.items() if label in labels] or [None]


def _contact(reading: Reading, record: Record, role: ContactRole | None) -> Contact:
    return Contact(
        id=ContactId(reading.key(record.id)),
        role=role,
        name=f"{record.text('firstname')} {record.text('lastname')}".strip(),
        email=record.text("email"),
    )


def _lines(reading: Reading, notes: FieldReader) -> Iterator[QuoteLine]:
    for record in reading.lines:
        quantity = notes.read("line items", record.text("quantity"), fields.number)
        rate = notes.read("line items", record.text("price"), fields.number)
        amount = _line_amount(reading, record, notes)
        if quantity is None or rate is None or amount is None:
            notes.add("line items", f"{record.text('name')!r} lacks a quantity, price or amount")
            continue
        yield QuoteLine(
            id=reading.key(record.id),
            name=record.text("name"),
            quantity=quantity,
            rate=rate,
            amount=amount,
            unit=notes.read("line items", record.text("cashward_unit"), fields.choice(Unit)),
            cost_type=notes.read(
                "line items", record.text("cashward_cost_type"), fields.choice(CostType)
            ),
            sku=record.text("hs_sku"),
        )


def _line_amount(reading: Reading, record: Record, notes: FieldReader) -> Money | None:
    currency = record.text("hs_line_item_currency_code") or reading.currency
    return notes.read("line items", record.text("amount"), fields.money(currency))
