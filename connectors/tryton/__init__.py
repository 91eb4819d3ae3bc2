"""Tryton 8: the customers and the invoices of one company, over JSON-RPC."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, HttpUrl, SecretStr, model_validator

from connectors.kit import (
    Anonymous,
    Api,
    Connector,
    HttpSettings,
    Manners,
    Roles,
    Secret,
    open_http,
    secret,
)
from connectors.tryton.chart import Chart
from connectors.tryton.customers import TrytonCustomers
from connectors.tryton.documents import Documents
from connectors.tryton.invoicing import TrytonInvoicing
from connectors.tryton.links import Links
from connectors.tryton.office import Office
from connectors.tryton.refusals import explain
from connectors.tryton.session import Session
from domain.tax import TaxTreatment

_SETTLE = timedelta(seconds=30)  # a posting under load, its retries and its print included
_MANNERS = Manners(explain=explain)


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


@asynccontextmanager
async def open_tryton(settings: TrytonSettings) -> AsyncIterator[Roles]:
    """Both roles of the ERP, in one session. Nothing is sent before the first call."""
    async with open_http(str(settings.url), settings.http) as http:
        patience = settings.http.timeout_seconds
        door = Api("tryton", http, Anonymous(), patience, _MANNERS)
        session = Session(door, settings.database, settings.user, settings.secret())
        office = Office(Api("tryton", http, session, patience, _MANNERS), settings.database)
        documents = Documents(
            office=office,
            chart=Chart(office, settings.taxes, settings.account, settings.currencies),
            links=settings.links,
            settle=settings.http.settle(_SETTLE),
            page_size=settings.page_size,
        )
        yield Roles(
            customers=TrytonCustomers(office, documents.links, documents.settle),
            invoicing=TrytonInvoicing(documents, user=settings.user),
        )


connector = Connector("tryton", TrytonSettings, open_tryton)
