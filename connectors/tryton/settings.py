"""The settings of the Tryton connector."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, SecretStr, model_validator

from connectors.common import Secret, VendorSettings, require_secret
from domain.tax import TaxTreatment


class TrytonSettings(VendorSettings):
    """A database, a user of one company, and the accounts and taxes to use.

    `account` is the code of the revenue account, else Tryton's default. `taxes` names Tryton's tax
    per treatment where their names do not tell; `currencies` are those that the probe asks for.
    `app_url` is the web client, where there is one. `pdf` says that Tryton prints invoices as PDF.
    """

    # A posting under load, with its retries and its print.
    default_settle_time = timedelta(seconds=30)
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
    """How many invoices a poll reads per page."""

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        self.secret()
        return self

    def secret(self) -> Secret:
        """The reader of the user's password."""
        return require_secret(
            self.password, self.password_file, "Tryton needs password or password_file"
        )
