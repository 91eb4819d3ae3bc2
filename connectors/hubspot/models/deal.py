"""Translates a HubSpot deal, with its company, contacts and line items, to our Deal."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.common import References, fields
from connectors.common.deal_fields import DealKey, by_role, company_ids, legal_name, terms
from connectors.common.field_definitions import ROLE_LABELS
from connectors.common.fields import FieldReader
from connectors.hubspot.models.account import PipelineStage
from connectors.hubspot.models.records import Association, Record
from connectors.hubspot.models.values import country, day, moment
from domain.company import Account, Address
from domain.deal import Contact, ContactRole, CostType, Deal, LineStatus, QuoteLine, Unit
from domain.ids import AccountId, ContactId, DealId, OwnerId
from domain.money import Money

# Association type of the primary company, docs/crm/associations
_PRIMARY = "deal_to_company"
_ROLES = {label.casefold(): role for role, label in ROLE_LABELS.items()}


@dataclass(frozen=True, kw_only=True)
class DealRecords:
    """All records of one deal. `currency` is the deal's own, or else the account's."""

    system: str
    references: References
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

    def key_of(self, deal: DealId) -> DealKey:
        record = DealId(self.key(self.deal.id))
        return DealKey(references=self.references, deal=deal, record=record)


def to_deal(id: DealId, records: DealRecords) -> Deal:
    """Translate a deal; never fail, but list unreadable text in `unreadable`."""
    record, reader = records.deal, FieldReader()
    records.key_of(id).check(record.text, reader)
    owner = record.text("hubspot_owner_id")
    return Deal(
        id=id,
        name=record.text("dealname"),
        url=records.url,
        owner=OwnerId(records.key(owner)) if owner else None,
        is_won=bool(records.stage and records.stage.is_won),
        closed_at=reader.read("close date", record.text("closedate"), moment),
        probability=records.stage.probability if records.stage else Decimal(0),
        value=reader.read("amount", record.text("amount"), fields.money(records.currency)),
        account=_account(records, reader),
        contacts=by_role(_contacts(records)),
        lines=tuple(_lines(records, reader)),
        **terms(record.text, reader, day),
        unreadable=tuple(reader.findings),
    )


def company_id(record: Record, reader: FieldReader | None = None) -> str | None:
    """The deal's company: the primary one, or the only one."""
    links = record.linked("companies").results
    primary = {link.id for link in links if link.type == _PRIMARY}
    ids = primary or {link.id for link in links}
    if len(ids) > 1 and reader:
        reader.add("company", f"the deal has {len(ids)} companies: make one of them primary")
    return ids.pop() if len(ids) == 1 else None


def _account(records: DealRecords, reader: FieldReader) -> Account | None:
    company_id(records.deal, reader)
    record = records.company
    if record is None:
        return None
    return Account(
        id=AccountId(records.key(record.id)),
        name=record.text("name"),
        country=reader.read("company", record.text("country"), country) or "",
        domain=record.text("domain"),
        ids=company_ids(record.text),
        legal_name=legal_name(record.text),
        address=Address(
            street=record.text("address"),
            city=record.text("city"),
            postal_code=record.text("zip"),
        ),
    )


def _contacts(records: DealRecords) -> Iterator[Contact]:
    """One for each role that a contact plays."""
    for other in records.labelled:
        if record := records.contacts.get(str(other.id)):
            yield from (_contact(records, record, role) for role in _roles(other))


def _roles(association: Association) -> Sequence[ContactRole | None]:
    labels = {label.casefold() for label in association.labels}
    return [role for label, role in _ROLES.items() if label in labels] or [None]


def _contact(records: DealRecords, record: Record, role: ContactRole | None) -> Contact:
    return Contact(
        id=ContactId(records.key(record.id)),
        role=role,
        name=f"{record.text('firstname')} {record.text('lastname')}".strip(),
        email=record.text("email"),
    )


def _lines(records: DealRecords, reader: FieldReader) -> Iterator[QuoteLine]:
    for record in records.lines:
        quantity = reader.read("line items", record.text("quantity"), fields.number)
        rate = reader.read("line items", record.text("price"), fields.number)
        amount = _line_amount(records, record, reader)
        if quantity is None or rate is None or amount is None:
            reader.add("line items", f"{record.text('name')!r} lacks a quantity, price or amount")
            continue
        yield QuoteLine(
            id=records.key(record.id),
            name=record.text("name"),
            quantity=quantity,
            rate=rate,
            amount=amount,
            unit=reader.read("line items", record.text("cashward_unit"), fields.choice(Unit)),
            cost_type=reader.read(
                "line items", record.text("cashward_cost_type"), fields.choice(CostType)
            ),
            sku=record.text("hs_sku"),
            hours=reader.read("line items", record.text("cashward_hours"), fields.number),
            status=reader.read(
                "line items", record.text("cashward_line_status"), fields.choice(LineStatus)
            )
            or LineStatus.SOLD,
        )


def _line_amount(records: DealRecords, record: Record, reader: FieldReader) -> Money | None:
    currency = record.text("hs_line_item_currency_code") or records.currency
    return reader.read("line items", record.text("amount"), fields.money(currency))
