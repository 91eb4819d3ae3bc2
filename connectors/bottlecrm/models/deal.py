"""Translates a BottleCRM deal, with its company, contacts and lines, to our Deal."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlsplit

from connectors.bottlecrm.models.fields import CURRENCY_FIELD, role_field
from connectors.bottlecrm.models.records import Account as AccountRecord
from connectors.bottlecrm.models.records import Contact as ContactRecord
from connectors.bottlecrm.models.records import Deal as DealRecord
from connectors.bottlecrm.models.records import Line
from connectors.common import References, fields
from connectors.common.deal_fields import DealKey, by_role, company_ids, legal_name, terms
from connectors.common.fields import FieldReader
from domain.company import Account, Address
from domain.deal import Contact, ContactRole, CostType, Deal, Discount, LineStatus, QuoteLine, Unit
from domain.ids import AccountId, ContactId, DealId, OwnerId
from domain.money import Money

_TAG = re.compile(
    r"\[(?:\s*(?P<status>optional)\s*;)?(?:\s*(?P<hours>[\d.,]+)\s*h\s*;)?(?P<rest>[^\[\]]*)\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class DealRecords:
    """All records of one deal. `currency` is the account's; a deal may have its tag."""

    system: str
    references: References
    deal: DealRecord
    url: str
    account: AccountRecord | None
    contacts: Sequence[ContactRecord]
    currency: str

    def key(self, id: str) -> str:
        return f"{self.system}:{id}"

    def key_of(self, deal: DealId) -> DealKey:
        return DealKey(references=self.references, deal=deal, record=deal)


class Tag(NamedTuple):
    """Text in brackets, such as `[labour; day; SKU-1]`: a line has no custom fields.

    Planned hours and `optional` may stand before them: `[optional; 24 h; labour; piece]`.
    """

    cost_type: str = ""
    unit: str = ""
    sku: str = ""
    hours: str = ""
    status: str = ""


def to_deal(id: DealId, records: DealRecords) -> Deal:
    """Translate a deal; never fail, but list unreadable text in `unreadable`."""
    record, reader = records.deal, FieldReader()
    records.key_of(id).check(record.text, reader)
    currency = _currency(records, reader)
    lines, agreed = tuple(_lines(records, currency, reader)), terms(record.text, reader)
    return Deal(
        id=id,
        name=record.name.strip(),
        url=records.url,
        owner=OwnerId(records.key(record.owner)) if record.owner else None,
        is_won=record.is_won,
        closed_at=_closed_at(record, reader),
        probability=Decimal(1) if record.is_won else (record.probability or Decimal(0)) / 100,
        value=_value(records, lines, agreed["discount"], currency, reader),
        account=_account(records, reader),
        contacts=by_role(_contacts(records)),
        lines=lines,
        **agreed,
        unreadable=tuple(reader.findings),
    )


def _currency(records: DealRecords, reader: FieldReader) -> str:
    """The deal's own, or the one in our field, which holds those that BottleCRM lacks."""
    theirs, ours = records.deal.currency or "", records.deal.text(CURRENCY_FIELD.name).upper()
    if theirs and ours and theirs != ours:
        problem = f"the deal is in {theirs}, its Cashward currency says {ours}: clear one of them"
        reader.add("currency", problem)
    return ours or theirs or records.currency


def _value(
    records: DealRecords,
    lines: Sequence[QuoteLine],
    discount: Discount | None,
    currency: str,
    reader: FieldReader,
) -> Money | None:
    """What was sold: BottleCRM's amount is the sum of all lines, so options and discount go off."""
    amount = _money("amount", records.deal.amount, currency, reader)
    if amount is None:
        return None
    options = (line.amount for line in lines if line.status is LineStatus.OPTIONAL)
    sold = amount - Money.total(options, currency)
    is_foreign = discount and discount.amount and discount.amount.currency != currency
    return sold - discount.on(sold) if discount and not is_foreign else sold


def _closed_at(record: DealRecord, reader: FieldReader) -> datetime | None:
    if record.is_won and record.stage_changed_at:
        return record.stage_changed_at.astimezone(UTC)
    day = reader.read("close date", record.closed_on or "", fields.day)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _account(records: DealRecords, reader: FieldReader) -> Account | None:
    record = records.account
    if record is None:
        return None
    if not record.country:
        reader.add("company", "the company has no country: choose one")
    return Account(
        id=AccountId(records.key(record.id)),
        name=record.name.strip(),
        country=record.country or "",
        domain=(urlsplit(record.website or "").hostname or "").removeprefix("www."),
        ids=company_ids(record.text),
        legal_name=legal_name(record.text),
        address=Address(
            street=(record.address_line or "").strip(),
            city=(record.city or "").strip(),
            postal_code=(record.postcode or "").strip(),
        ),
    )


def _contacts(records: DealRecords) -> Iterator[Contact]:
    """One for each role that a contact plays."""
    for record in records.contacts:
        for role in _roles(record):
            yield Contact(
                id=ContactId(records.key(record.id)),
                role=role,
                name=f"{record.first_name} {record.last_name}".strip(),
                email=record.email or "",
            )


def _roles(record: ContactRecord) -> Sequence[ContactRole | None]:
    return [role for role in ContactRole if record.is_checked(role_field(role))] or [None]


def _lines(records: DealRecords, currency: str, reader: FieldReader) -> Iterator[QuoteLine]:
    for record in records.deal.line_items:
        amount = _money("line items", record.total, currency, reader)
        if amount is None:
            continue
        tag = _tag(record)
        yield QuoteLine(
            id=records.key(record.id),
            name=record.name.strip(),
            quantity=record.quantity,
            rate=record.unit_price,
            amount=amount,
            unit=reader.read("line items", tag.unit, fields.choice(Unit)),
            cost_type=reader.read("line items", tag.cost_type, fields.choice(CostType)),
            sku=tag.sku or record.product_sku or "",
            hours=reader.read("line items", tag.hours, fields.number),
            status=LineStatus(tag.status) if tag.status else LineStatus.SOLD,
        )


def _tag(record: Line) -> Tag:
    """The first brackets of the line, or else of its product; the last parts may be left out."""
    found = _TAG.search(record.description) or _TAG.search(record.product_description or "")
    if found is None:
        return Tag()
    cost_type, unit, sku = [*(part.strip() for part in found["rest"].split(";", 2)), "", ""][:3]
    hours, status = found["hours"] or "", found["status"] or ""
    return Tag(cost_type.lower(), unit.lower(), sku, hours, status.lower())


def _money(field: str, amount: Decimal | None, currency: str, reader: FieldReader) -> Money | None:
    return reader.read(field, "" if amount is None else str(amount), fields.money(currency))
