"""Tryton 8 as the ERP: its settings, signing in, and both its roles over one session."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import structlog
from pydantic import BaseModel, Field, HttpUrl, SecretStr, model_validator

from connectors.common import (
    Anonymous,
    Api,
    ApiProfile,
    Connector,
    HttpSettings,
    Roles,
    Secret,
    capabilities,
    open_http,
    secret,
)
from connectors.common.auth import read_secret
from connectors.tryton.changes import (
    PREFIX,
    VAT,
    CreditChange,
    CustomerChange,
    InvoiceChange,
    Party,
)
from connectors.tryton.documents import TAX_ROUNDING, Documents, StoredInvoice
from connectors.tryton.office import Chart, Links, Office
from connectors.tryton.wire import SYSTEM, Rows, Wire, explain, explain_reply, moment, number_of
from domain.billing import Invoice
from domain.company import Account, compact
from domain.customer import Candidate
from domain.ids import ExternalId, Subject, reference_of
from domain.matching import plain_name
from domain.tax import TaxRounding, TaxTreatment
from ports.capability import Capability
from ports.erp import ChangedInvoice
from ports.failures import Misconfigured, Rejected
from ports.probe import Probe

_log = structlog.get_logger("connectors.tryton")
_SETTLE = timedelta(seconds=30)  # a posting under load, its retries and its print included
# A record is dated when its transaction wrote it, and seen when that has ended.
_OVERLAP = timedelta(seconds=30)
_MANNERS = ApiProfile(explain=explain)
_OFFERS = (Capability.GAPLESS_NUMBERS, Capability.UPDATED_SINCE)
_OURS = reference_of(Subject(""))
_MOST = 200  # candidates that a person could still choose from
_WORD = re.compile(r"\w+")


class TrytonSettings(BaseModel, extra="forbid"):
    """A database, a user of one company, and how its books are kept.

    `account` is the code of the revenue account, else Tryton's default. `taxes` names Tryton's tax
    per treatment where their names do not tell; `currencies` are those that the probe asks for.
    `app_url` is the web client, where there is one. `pdf` says that Tryton prints invoices as PDF.
    """

    url: HttpUrl
    database: str
    user: str
    password: SecretStr | None = None
    password_file: Path | None = None
    app_url: HttpUrl | None = None
    account: str = ""
    taxes: dict[TaxTreatment, str] = {}
    currencies: tuple[str, ...] = ()
    pdf: bool = False
    page_size: int = Field(200, ge=1, le=1000)
    """How many invoices a poll reads a page."""
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        self.secret()
        return self

    def secret(self) -> Secret:
        """The reader of the user's password."""
        found = secret(self.password, self.password_file)
        if found is None:
            raise ValueError("Tryton needs password or password_file")
        return found

    @property
    def links(self) -> Links:
        server, app = str(self.url).rstrip("/"), str(self.app_url or "").rstrip("/")
        return Links(server, self.database, app, makes_pdf=self.pdf)


class _SignedIn(Wire):
    result: tuple[int, str, object] = Field(repr=False)


class Session:
    """An Auth by user and password.

    After five minutes without a call Tryton answers 401 to what matters, such as a posting: it was
    not done, and is asked for again in a new session.
    """

    def __init__(self, api: Api, database: str, user: str, password: Secret) -> None:
        self._api = api
        self._database = database
        self._user = user
        self._password = password
        self._lock = asyncio.Lock()
        self._header = ""

    async def headers(self) -> dict[str, str]:
        if not self._header:
            await self.refresh("")
        return {"Authorization": self._header}

    async def refresh(self, failed: str) -> bool:
        async with self._lock:
            if self._header == failed:
                self._header = await self._sign_in()
        return True

    async def _sign_in(self) -> str:
        password = {"password": read_secret(self._api.system, self._password)}
        body = {"id": 0, "method": "common.db.login", "params": [self._user, password, "en"]}
        try:
            answer = await self._api.post("/{}/rpc/", self._database, body=body, reads=True)
            explain_reply(answer)
        except Rejected as refused:
            raise Misconfigured(refused.system, f"cannot sign in: {refused.reason}") from refused
        user, token, _ = answer.read(_SignedIn).result
        return f"Session {b64encode(f'{self._user}:{user}:{token}'.encode()).decode()}"


class TrytonCustomers:
    """Parties of one database."""

    def __init__(self, office: Office, settle: timedelta) -> None:
        self._office = office
        self._customer = CustomerChange(office, settle)

    @property
    def open_customer(self) -> CustomerChange:
        return self._customer

    async def find_customers(self, account: Account) -> Sequence[Candidate]:
        """By key, number and the name's most telling word, in one call."""
        ids = account.ids
        numbers = {
            number for given in (ids.company_id, ids.vat_id) for number in (given, compact(given))
        }
        anyhow = [
            ["code", "like", f"{PREFIX}{account.customer_key}%"],
            ["identifiers.code", "in", sorted(numbers - {""})],
            ["name", "ilike", f"%{_telling_word(account.name)}%"],
        ]
        found = await self._office.search(Rows[Party], ["OR", *anyhow], limit=_MOST)
        return [_candidate(party) for party in found]


class TrytonInvoicing:
    """Customer invoices and credit notes of one company."""

    tax_rounding: TaxRounding = TAX_ROUNDING

    def __init__(self, documents: Documents, *, user: str) -> None:
        self._documents = documents
        self._user = user
        self._invoice = InvoiceChange(documents)
        self._credit = CreditChange(documents)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Nobody voids an issued invoice, unless the company lets its customers' be cancelled."""
        return capabilities(self._invoice, self._credit, also=_OFFERS)

    @property
    def draft_invoice(self) -> InvoiceChange:
        return self._invoice

    @property
    def credit_invoice(self) -> CreditChange:
        return self._credit

    async def issue(self, invoice: ExternalId) -> None:
        await self._documents.post(number_of(invoice))

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        return (await self._documents.read(invoice)).invoice(self._documents.office.links)

    async def changed_since(self, since: datetime) -> Sequence[ChangedInvoice]:
        """Read page by page in the order of ids, which stay as they are while records change."""
        found: list[StoredInvoice] = []
        while True:
            page = await self._page(since - _OVERLAP, found[-1].id if found else 0)
            found += page
            if len(page) < self._documents.page_size:
                break
        return sorted(self._translated(found), key=lambda change: change.changed_at)

    async def probe(self) -> Probe:
        chart = self._documents.chart
        try:
            wanting = await chart.wanting()
            facts = await chart.facts()
        except Rejected as refused:
            reason = f"give the user {self._user} access to accounting and parties"
            raise Misconfigured(refused.system, f"{reason}: {refused.reason}") from refused
        return Probe(
            system=SYSTEM,
            account=facts.company,
            identity=f"user {self._user}",
            problems=wanting,
        )

    async def _page(self, since: datetime, after: int) -> list[StoredInvoice]:
        """A payment that is reversed changes its own line alone, so both are asked for."""
        fields = ("write_date", "payment_lines.write_date")
        return await self._documents.search(
            ["id", ">", after],
            ["reference", "like", f"{_OURS}%"],
            ["number", "!=", None],
            ["state", "in", ["posted", "paid", "cancelled"]],
            ["OR", *([field, ">=", moment(since)] for field in fields)],
            limit=self._documents.page_size,
        )

    def _translated(self, rows: Sequence[StoredInvoice]) -> Iterator[ChangedInvoice]:
        for row in rows:
            if row.untaxed_amount < 0 or not row.changed_at:
                continue
            try:
                invoice = row.invoice(self._documents.office.links)
            except Rejected as odd:
                # One document that a person spoilt must not hold up all others.
                _log.warning("invoice left out", invoice=row.id, reason=odd.reason)
                continue
            yield ChangedInvoice(invoice=invoice, changed_at=row.changed_at)


@asynccontextmanager
async def open_tryton(settings: TrytonSettings) -> AsyncIterator[Roles]:
    """Both roles of the ERP, in one session. Nothing is sent before the first call."""
    async with open_http(str(settings.url), settings.http) as http:
        patience = settings.http.timeout_seconds
        door = Api(SYSTEM, http, Anonymous(), patience, _MANNERS)
        session = Session(door, settings.database, settings.user, settings.secret())
        office = Office(Api(SYSTEM, http, session, patience, _MANNERS), settings.links)
        documents = Documents(
            office=office,
            chart=Chart(office, settings.taxes, settings.account, settings.currencies),
            settle=settings.http.settle(_SETTLE),
            page_size=settings.page_size,
        )
        yield Roles(
            customers=TrytonCustomers(office, documents.settle),
            invoicing=TrytonInvoicing(documents, user=settings.user),
        )


def _candidate(party: Party) -> Candidate:
    """A number without a type is a company id: Tryton knows none for most registers."""
    plain = (each.code for each in party.identifiers if not each.type)
    vat = (each.code for each in party.identifiers if each.type == VAT)
    return Candidate(
        id=ExternalId(str(party.id)),
        name=party.name,
        key=party.key,
        company_id=next(plain, ""),
        vat_id=next(vat, ""),
        is_archived=not party.active,
    )


def _telling_word(name: str) -> str:
    """The longest word that is no legal form, as it is spelt."""
    plain = plain_name(name).split()
    words = [word for word in _WORD.findall(name) if plain_name(word) in plain]
    return max(words, key=len, default=name)


connector = Connector(SYSTEM, TrytonSettings, open_tryton)
