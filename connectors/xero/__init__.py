"""Xero: the customers and the invoices of one organisation, over the Accounting API 2.0."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, HttpUrl, SecretStr, model_validator

from connectors.common import (
    Anonymous,
    Api,
    ApiProfile,
    ClientCredentials,
    Connector,
    HttpSettings,
    OAuthClient,
    Roles,
    Secret,
    TokenEndpoint,
    open_http,
    secret,
)
from connectors.xero.chart import Chart
from connectors.xero.customers import XeroCustomers
from connectors.xero.documents import Documents
from connectors.xero.invoicing import LARGEST_PAGE, XeroInvoicing
from connectors.xero.organisation import Organisation, explain
from domain.tax import TaxTreatment

_API = HttpUrl("https://api.xero.com")
_IDENTITY = HttpUrl("https://identity.xero.com")
_SETTLE = timedelta(seconds=15)
_MANNERS = ApiProfile(explain=explain, pause=timedelta(seconds=1), request_id="Xero-Correlation-Id")


class XeroHttp(HttpSettings):
    """Xero serves five calls of one organisation at a time."""

    max_connections: int = Field(5, gt=0)


class XeroSettings(BaseModel, extra="forbid"):
    """A custom connection (one organisation), and how its books are kept.

    `identity_url` is where tokens come from: Xero's own, unless `url` is another server's.
    `tenant_id` may be left out while the app is connected to one organisation only. `tax_types`
    names Xero's tax type per treatment where the organisation's rates do not tell them apart;
    `currencies` are those that the probe asks for; `tracking` is put on every line as it is.
    """

    url: HttpUrl = _API
    identity_url: HttpUrl | None = None
    app_url: HttpUrl = HttpUrl("https://go.xero.com")
    client_id: str
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    scope: str = "accounting.invoices accounting.contacts accounting.settings.read"
    tenant_id: str = ""
    account: str = "200"
    tax_types: dict[TaxTreatment, str] = {}
    tracking: dict[str, str] = {}
    currencies: tuple[str, ...] = ()
    page_size: int = Field(200, ge=1, le=LARGEST_PAGE)
    """How many invoices a poll reads a page."""
    http: XeroHttp = XeroHttp()

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        self.secret()
        return self

    @property
    def identity(self) -> str:
        own = _IDENTITY if self.url == _API else self.url
        return str(self.identity_url or own).rstrip("/")

    def secret(self) -> Secret:
        """The reader of the client's secret."""
        found = secret(self.client_secret, self.client_secret_file)
        if found is None:
            raise ValueError("Xero needs client_secret or client_secret_file")
        return found


@asynccontextmanager
async def open_xero(settings: XeroSettings) -> AsyncIterator[Roles]:
    """Both roles of the ERP, on one connection. Nothing is sent before the first call."""
    async with open_http(str(settings.url), settings.http) as http:
        patience = settings.http.timeout_seconds
        sign_in = TokenEndpoint(
            Api("xero", http, Anonymous(), patience),
            f"{settings.identity}/connect/token",
        )
        client = OAuthClient("xero", settings.client_id, settings.secret())
        auth = ClientCredentials(sign_in, client, settings.scope)
        xero = Organisation(Api("xero", http, auth, patience, _MANNERS), settings.tenant_id)
        documents = Documents(
            xero=xero,
            chart=Chart(xero, settings.tax_types, settings.account, settings.currencies),
            app=str(settings.app_url).rstrip("/"),
            api=str(settings.url).rstrip("/"),
            settle=settings.http.settle(_SETTLE),
            tracking=settings.tracking,
        )
        yield Roles(
            customers=XeroCustomers(xero, app=documents.app, settle=documents.settle),
            invoicing=XeroInvoicing(
                documents, client_id=settings.client_id, page_size=settings.page_size
            ),
        )


connector = Connector("xero", XeroSettings, open_xero)
