"""The settings of the Xero connector."""

from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from pydantic import Field, HttpUrl, SecretStr, model_validator

from connectors.common import HttpSettings, Secret, VendorSettings, require_secret
from domain.tax import TaxTreatment

_API = HttpUrl("https://api.xero.com")
_IDENTITY = HttpUrl("https://identity.xero.com")
# The largest `pageSize` of invoices, docs/accounting/invoices
LARGEST_PAGE: Final = 1000


class XeroHttp(HttpSettings):
    """The HTTP settings, within Xero's limits."""

    # Xero serves five calls of one organisation at a time, docs/oauth2/limits
    max_connections: int = Field(5, gt=0)


class XeroSettings(VendorSettings):
    """A custom connection (one organisation), and the accounts and taxes to use.

    `identity_url` is where tokens come from: Xero's own, unless `url` is another server's.
    `tenant_id` may be left out while the app is connected to one organisation only. `tax_types`
    names Xero's tax type per treatment where the organisation's rates do not tell them apart;
    `currencies` are those that the probe asks for; `tracking` is put on every line as it is.
    """

    default_settle_time = timedelta(seconds=15)
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
    """How many invoices a poll reads per page."""
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
        return require_secret(
            self.client_secret,
            self.client_secret_file,
            "Xero needs client_secret or client_secret_file",
        )
