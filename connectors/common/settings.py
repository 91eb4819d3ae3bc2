"""Settings that every vendor has: time-outs and secrets."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr

Secret = Callable[[], str]
"""Reads a secret at each sign-in, so that a rotated one needs no restart."""


class HttpSettings(BaseModel, extra="forbid"):
    """`timeout_seconds` bounds a whole call, sign-in included.

    `settle_seconds` overrides how long a lost call of this vendor may still land.
    """

    timeout_seconds: float = Field(20, gt=0)
    settle_seconds: float | None = Field(None, ge=0)
    max_connections: int = Field(8, gt=0)


class VendorSettings(BaseModel, extra="forbid"):
    """The settings of every vendor over HTTP; a subclass adds where it is and how to sign in."""

    default_settle_time: ClassVar[timedelta]
    http: HttpSettings = HttpSettings()
    tenant: str = ""
    """The name of the account in our ledger; empty takes the vendor's own.

    When the same account moves to another address, set the name that it had.
    """

    @property
    def settle_time(self) -> timedelta:
        """Return how long a lost call may still land: this setting, else the vendor's default."""
        if self.http.settle_seconds is None:
            return self.default_settle_time
        return timedelta(seconds=self.http.settle_seconds)


class SiteSettings(VendorSettings):
    """The settings of a vendor with an API at `url` and a site for people at `app_url`."""

    url: str
    app_url: str = ""

    @property
    def site(self) -> str:
        """The address that people open."""
        return (self.app_url or self.url).rstrip("/")

    @property
    def place(self) -> str:
        return place_of(self.site)


def place_of(url: str) -> str:
    """An address without scheme and user: the name of an account that has no id."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] + parts.path.rstrip("/")


def require_secret(
    value: SecretStr | None, file: Path | None, reason: str = "the settings hold no credentials"
) -> Secret:
    """The reader of a secret. Raises ValueError with the reason if it is not given."""
    found = secret(value, file)
    if found is None:
        raise ValueError(reason)
    return found


def secret(value: SecretStr | None, file: Path | None) -> Secret | None:
    """The reader of a secret given in the settings or in a file; None if it is in neither.

    Raises ValueError if it is in both.
    """
    if value is not None and file is not None:
        raise ValueError(f"a secret is given twice, in the settings and in {file.name}: drop one")
    if file is not None:
        return lambda: file.read_text(encoding="utf-8").strip()
    return None if value is None else value.get_secret_value
