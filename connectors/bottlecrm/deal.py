"""A BottleCRM deal and what hangs on it, as our Deal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from connectors.bottlecrm.fields import ticks
from connectors.bottlecrm.tags import Tag, tag
from connectors.bottlecrm.wire import Account as AccountRecord
from connectors.bottlecrm.wire import Contact as ContactRecord
from connectors.bottlecrm.wire import Deal as DealRecord
from connectors.bottlecrm.wire import Line
from connectors.kit import texts
from connectors.kit.deal import by_role, check_key, company_ids, terms
from connectors.kit.texts import Notes
from domain.company import Account
from domain.deal import Contact, CostType, Deal, QuoteLine, Role, Unit
from domain.money import Money
from domain.names import AccountId, ContactId, DealId, OwnerId


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
    check_key(id, record.text, notes, came_by="copied")
    currency = _currency(reading, notes)
    return Deal(
        id=id,
        name=record.name.strip(),
        url=reading.url,
        owner=OwnerId(reading.key(record.owner)) if record.owner else None,
        is_won=record.is_won,
        closed_at=_closed_at(record, notes),
        probability=Decimal(1) if record.is_won else (record.probability or Decimal(0)) / 100,
        value=_money("amount", record.amount, currency, notes),
        account=_account(reading, notes),
        contacts=by_role(_contacts(reading)),
        lines=tuple(_lines(reading, currency, notes)),
        **terms(record.text, notes),
        unreadable=tuple(notes.findings),
    )


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
        ids=company_ids(record.text),
    )


def _contacts(reading: Reading) -> Iterator[Contact]:
    """One for each role that a contact plays."""
    for record in reading.contacts:
        for role in _roles(record):
            yield Contact(
                id=ContactId(reading.key(record.id)),
                role=role,
                name=f"{record.first_name} {record.last_name}".strip(),
                email=record.email or "",
            )


def _roles(record: ContactRecord) -> Sequence[Role | None]:
    return [role for role in Role if record.ticked(ticks(role))] or [None]


def _lines(reading: Reading, currency: str, notes: Notes) -> Iterator[QuoteLine]:
    for record in reading.deal.line_items:
        amount = _money("line items", record.total, currency, notes)
        if amount is None:
            continue
        own = _tag(record)
        yield QuoteLine(
            id=reading.key(record.id),
            name=record.name.strip(),
            quantity=record.quantity,
            rate=record.unit_price,
            amount=amount,
            unit=notes.read("line items", own.unit, texts.choice(Unit)),
            cost_type=notes.read("line items", own.cost_type, texts.choice(CostType)),
            sku=own.sku or (record.product.sku if record.product else "") or "",
        )


def _tag(record: Line) -> Tag:
    """What the line says of itself, or else its article."""
    article = (record.product and record.product.description) or ""
    return tag(record.description) or tag(article) or Tag()


def _money(field: str, amount: Decimal | None, currency: str, notes: Notes) -> Money | None:
    return notes.read(field, "" if amount is None else str(amount), texts.money(currency))
