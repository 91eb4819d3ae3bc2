"""A BottleCRM deal: read as our Deal, told where things stand, with a task for its owner."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlsplit

from connectors.bottlecrm.account import has_field, ticks
from connectors.bottlecrm.site import Site
from connectors.bottlecrm.wire import Account as AccountRecord
from connectors.bottlecrm.wire import Contact as ContactRecord
from connectors.bottlecrm.wire import Deal as DealRecord
from connectors.bottlecrm.wire import Line, Tasks, after_a_change, refused
from connectors.common import VendorOperation, fields
from connectors.common.deal_fields import (
    by_role,
    check_key,
    company_ids,
    terms,
    to_clear,
    to_fields,
)
from connectors.common.field_definitions import KEY
from connectors.common.fields import FieldReader
from connectors.common.transport import Query
from domain.company import Account
from domain.deal import Contact, ContactRole, CostType, Deal, QuoteLine, Unit
from domain.effect import EffectKind, Receipt
from domain.ids import AccountId, ContactId, DealId, ExternalId, OwnerId
from domain.money import Money
from domain.owner_task import OwnerTask
from domain.write_back import WriteBack
from ports.failures import Absent, Misconfigured, Uncertain
from ports.operation import Attempt

_TASKS = "/api/tasks/"
_LONGEST_TITLE = 200
_MOST = 100
_TAG = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything read for one deal. `fallback` is the account's currency."""

    site: Site
    deal: DealRecord
    account: AccountRecord | None
    contacts: Sequence[ContactRecord]
    fallback: str


class Tag(NamedTuple):
    """What a line says in brackets, having no fields of ours, such as `[labour; day; SKU-1]`."""

    cost_type: str = ""
    unit: str = ""
    sku: str = ""


def deal_of(id: DealId, reading: Reading) -> Deal:
    """Never fails: what cannot be understood is told in `unreadable`."""
    record, notes = reading.deal, FieldReader()
    check_key(id, record.text, notes, cause="copied")
    currency = _currency(reading, notes)
    return Deal(
        id=id,
        name=record.name.strip(),
        url=reading.site.url(record.id),
        owner=OwnerId(reading.site.key(record.owner)) if record.owner else None,
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


def _currency(reading: Reading, notes: FieldReader) -> str:
    """The deal's own: BottleCRM knows fourteen, and what it lacks is in a field of ours."""
    theirs, ours = reading.deal.currency or "", reading.deal.text("cashward_currency").upper()
    if theirs and ours and theirs != ours:
        problem = f"the deal is in {theirs}, its Cashward currency says {ours}: clear one of them"
        notes.add("currency", problem)
    return ours or theirs or reading.fallback


def _closed_at(record: DealRecord, notes: FieldReader) -> datetime | None:
    if record.is_won and record.stage_changed_at:
        return record.stage_changed_at.astimezone(UTC)
    day = notes.read("close date", record.closed_on or "", fields.day)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None


def _account(reading: Reading, notes: FieldReader) -> Account | None:
    record = reading.account
    if record is None:
        return None
    if not record.country:
        notes.add("company", "the company has no country: choose one")
    return Account(
        id=AccountId(reading.site.key(record.id)),
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
                id=ContactId(reading.site.key(record.id)),
                role=role,
                name=f"{record.first_name} {record.last_name}".strip(),
                email=record.email or "",
            )


def _roles(record: ContactRecord) -> Sequence[ContactRole | None]:
    return [role for role in ContactRole if record.ticked(ticks(role))] or [None]


def _lines(reading: Reading, currency: str, notes: FieldReader) -> Iterator[QuoteLine]:
    for record in reading.deal.line_items:
        amount = _money("line items", record.total, currency, notes)
        if amount is None:
            continue
        own = _tag(record)
        yield QuoteLine(
            id=reading.site.key(record.id),
            name=record.name.strip(),
            quantity=record.quantity,
            rate=record.unit_price,
            amount=amount,
            unit=notes.read("line items", own.unit, fields.choice(Unit)),
            cost_type=notes.read("line items", own.cost_type, fields.choice(CostType)),
            sku=own.sku or (record.product.sku if record.product else "") or "",
        )


def _tag(record: Line) -> Tag:
    """The first pair of brackets of the line, or else of its article; it may end early."""
    article = (record.product and record.product.description) or ""
    found = _TAG.search(record.description) or _TAG.search(article)
    if found is None:
        return Tag()
    cost_type, unit, sku = [*(part.strip() for part in found[1].split(";", 2)), "", ""][:3]
    return Tag(cost_type.lower(), unit.lower(), sku)


def _money(field: str, amount: Decimal | None, currency: str, notes: FieldReader) -> Money | None:
    return notes.read(field, "" if amount is None else str(amount), fields.money(currency))


class RecordChange(VendorOperation[Site]):
    """Absolute values, of which only those that differ are sent, and all are read back.

    BottleCRM saves a deal whole as it read it a moment before, and knows no versions. So whoever
    saves the deal in that same moment may lose theirs or undo ours; ours we would see, and say.
    """

    kind = EffectKind("crm.record")
    is_repeatable = True

    async def do(self, command: WriteBack, ticket: Attempt) -> Receipt:
        del ticket
        known_as = self.client.local(command.deal)
        await self._tell(known_as, to_fields(command))
        return Receipt(id=ExternalId(known_as), url=self.client.url(known_as))

    async def find(self, command: WriteBack) -> Sequence[Receipt]:
        del command
        return ()

    async def undo(self, command: WriteBack, made: Receipt) -> None:
        """Clears the project the command named, unless it was written over since.

        A command that names none clears whichever is there. Figures stay as they were told.
        """
        del made
        with suppress(Absent):
            known_as = self.client.local(command.deal)
            deal = (await self.client.deal(known_as)).deal
            if cleared := to_clear(command, deal.text):
                await self._tell(known_as, dict.fromkeys(cleared, ""))

    async def _tell(self, id: str, fields: Mapping[str, str]) -> None:
        page = await self.client.deal(id)
        if missing := sorted(fields.keys() - page.keys):
            reason = f"deals have no {', '.join(missing)}: prepare the account"
            raise Misconfigured(self.system, reason)
        if news := _differing(page.deal, fields):
            body = {"custom_fields": news}
            refused(await self.client.api.patch("/api/opportunities/{}/", id, body=body))
            await self._read_back(id, news)

    async def _read_back(self, id: str, fields: Mapping[str, str]) -> None:
        """A success that left no trace is none: somebody saved the deal in that very moment."""
        with after_a_change(self.system):
            lost = _differing((await self.client.deal(id)).deal, fields)
        if lost:
            reason = f"{', '.join(sorted(lost))} did not stay as told: the deal was saved meanwhile"
            raise Uncertain(self.system, reason, answered=True)


def _differing(deal: DealRecord, fields: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in fields.items() if deal.text(key) != value.strip()}


class TaskChange(VendorOperation[Site]):
    """BottleCRM takes a task twice and answers no id, so a task is found by the key in it."""

    kind = EffectKind("crm.task")

    async def do(self, command: OwnerTask, ticket: Attempt) -> Receipt:
        """The oldest that carries our key, which is the one just made unless another came first."""
        del ticket
        deal = self.client.local(command.deal)
        owner = (await self.client.deal(deal)).deal.owner
        if not await has_field(self.client, "Task", KEY):
            raise Misconfigured(self.system, f"tasks have no {KEY}: prepare the account")
        refused(await self.client.api.post(_TASKS, body=_body(command, deal, owner)))
        with after_a_change(self.system):
            found = await self.find(command)
        if not found:
            raise Uncertain(self.system, "the task was made, and is not found", answered=True)
        return found[0]

    async def find(self, command: OwnerTask) -> Sequence[Receipt]:
        """Open and closed ones: what was asked once is not asked again."""
        try:
            deal = self.client.local(command.deal)
        except Absent:
            return ()
        ours: Query = {f"cf_{KEY}": _key(command), "opportunity": deal}
        query = {**ours, "slim": "true", "limit": _MOST}
        found = (await self.client.api.get(_TASKS, query=query)).read(Tasks).tasks
        oldest_first = sorted(found, key=lambda task: (task.created_at, task.id))
        return [Receipt(id=ExternalId(task.id), url=self.client.url(deal)) for task in oldest_first]

    async def undo(self, command: OwnerTask, made: Receipt) -> None:
        """Closes it; one that is closed already stays so."""
        del command
        with suppress(Absent):
            done = {"status": "Completed"}
            refused(await self.client.api.patch(f"{_TASKS}{{}}/", made.id, body=done))


def _key(command: OwnerTask) -> str:
    return f"cw:{command.subject}"


def _body(command: OwnerTask, deal: str, owner: str) -> dict[str, object]:
    return {
        "title": command.title[:_LONGEST_TITLE],
        "description": command.body,
        "status": "New",
        "priority": "High",
        "due_date": command.due,
        "opportunity": deal,
        "assigned_to": [owner] if owner else [],
        "custom_fields": {KEY: _key(command)},
    }
