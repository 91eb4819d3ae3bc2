"""A BottleCRM deal and what hangs on it, as our Deal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from connectors.bottlecrm import texts
from connectors.bottlecrm.fields import KEY, ticks
from connectors.bottlecrm.texts import Notes
from connectors.bottlecrm.wire import Account as AccountRecord
from connectors.bottlecrm.wire import Contact as ContactRecord
from connectors.bottlecrm.wire import Deal as DealRecord
from connectors.bottlecrm.wire import Line
from domain.company import Account, CompanyIds
from domain.deal import Contact, CostType, Deal, QuoteLine, Role, Unit
from domain.names import AccountId, ContactId, DealId, OwnerId
from domain.tax import TaxTreatment

_PLACES = {role: place for place, role in enumerate([*Role, None])}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything read for one deal. `fallback` is the account's currency."""

    system: str
    deal: DealRecord
    url: str
    account: AccountRecord | None
    contacts: Sequence[ContactRecord]
    fallback: str

    def key(self, id: str) -> str:
        return f"{self.system}:{id}"


def deal_of(id: DealId, reading: Reading) -> Deal:
    """Never fails: what cannot be understood is told in `unreadable`."""
    record, notes = reading.deal, Notes()
    _check_key(id, record, notes)
    currency = _currency(reading, notes)
    return Deal(
        id=id,
        name=record.name.strip(),
        url=reading.url,
        owner=OwnerId(reading.key(record.owner)) if record.owner else None,
        is_won=record.is_won,
        closed_at=_closed_at(record, notes),
        probability=Decimal(1) if record.is_won else (record.probability or Decimal(0)) / 100,
        value=notes.money("amount", record.amount, currency),
        account=_account(reading, notes),
        contacts=tuple(_contacts(reading)),
        lines=tuple(_lines(reading, currency, notes)),
        scope=record.text("cashward_scope"),
        template=record.text("cashward_template"),
        start=notes.read("dates", record.text("cashward_start"), texts.day),
        end=notes.read("dates", record.text("cashward_end"), texts.day),
        payment_days=notes.read("payment terms", record.text("cashward_payment_days"), texts.days),
        tax=notes.read("tax", record.text("cashward_tax"), texts.choice(TaxTreatment)),
        milestones=notes.lines(
            "billing plan", record.text("cashward_billing_plan"), texts.milestone
        ),
        sla=notes.lines("sla", record.text("cashward_sla"), texts.sla_metric),
        unreadable=tuple(notes.findings),
    )


def _check_key(id: DealId, record: DealRecord, notes: Notes) -> None:
    """A deal that was copied, as by an import, may carry the key of another: it is not new."""
    key = record.text(KEY)
    if key and key != id:
        problem = (
            f"Cashward already carries this deal as {key}: it was copied. "
            "If it is new business, clear its Cashward key"
        )
        notes.add("cashward key", problem)


def _currency(reading: Reading, notes: Notes) -> str:
    """The deal's own: BottleCRM knows fourteen, and what it lacks is in a field of ours."""
    theirs, ours = reading.deal.currency or "", reading.deal.text("cashward_currency").upper()
    if theirs and ours and theirs != ours:
        problem = f"the deal is in {theirs}, its Cashward currency says {ours}: clear one of them"
        notes.add("currency", problem)
    return ours or theirs or reading.fallback


def _closed_at(record: DealRecord, notes: Notes) -> datetime | None:
    if record.is_won and record.stage_changed_at:
        return record.stage_changed_at.astimezone(UTC)
    day = notes.read("close date", record.closed_on or "", texts.day)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _account(reading: Reading, notes: Notes) -> Account | None:
    record = reading.account
    if record is None:
        return None
    if not record.country:
        notes.add("company", "the company has no country: choose one")
    return Account(
        id=AccountId(reading.key(record.id)),
        name=record.name.strip(),
        country=record.country or "",
        domain=(urlsplit(record.website or "").hostname or "").removeprefix("www."),
        ids=CompanyIds(
            company_id=record.text("cashward_company_id"),
            tax_id=record.text("cashward_tax_id"),
            vat_id=record.text("cashward_vat_id"),
        ),
    )


def _contacts(reading: Reading) -> Iterator[Contact]:
    """One for each role that a contact plays, in the order of roles; those without come last."""
    found = [
        Contact(
            id=ContactId(reading.key(record.id)),
            role=role,
            name=f"{record.first_name} {record.last_name}".strip(),
            email=record.email or "",
        )
        for record in reading.contacts
        for role in _roles(record)
    ]
    yield from sorted(found, key=lambda contact: (_PLACES[contact.role], contact.id))


def _roles(record: ContactRecord) -> Sequence[Role | None]:
    return [role for role in Role if record.ticked(ticks(role))] or [None]


def _lines(reading: Reading, currency: str, notes: Notes) -> Iterator[QuoteLine]:
    for record in reading.deal.line_items:
        amount = notes.money("line items", record.total, currency)
        if amount is None:
            continue
        tag = _tag(record)
        yield QuoteLine(
            id=reading.key(record.id),
            name=record.name.strip(),
            quantity=record.quantity,
            rate=record.unit_price,
            amount=amount,
            unit=notes.read("line items", tag.unit, texts.choice(Unit)),
            cost_type=notes.read("line items", tag.cost_type, texts.choice(CostType)),
            sku=tag.sku or (record.product.sku if record.product else "") or "",
        )


def _tag(record: Line) -> texts.Tag:
    """What the line says of itself, or else its article."""
    own = texts.tag(record.description)
    return own or texts.tag((record.product and record.product.description) or "") or texts.Tag()
