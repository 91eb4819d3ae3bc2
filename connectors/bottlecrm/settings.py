"""The settings of the BottleCRM connector."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from connectors.common import HttpSettings, secret

# Measured: without its queue BottleCRM commits, and answers with a failure up to 38 s later.
_SETTLE_TIME = timedelta(seconds=60)


class BottlecrmSettings(BaseModel, extra="forbid"):
    """A personal access token of an administrator's profile, in the settings or in a file.

    `url` is the address of the API; `app_url` is the site that people open.
    """

    url: str
    app_url: str = ""
    access_token: SecretStr | None = None
    access_token_file: Path | None = None
    page_size: int = Field(100, ge=2)
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _has_a_token(self) -> Self:
        if secret(self.access_token, self.access_token_file) is None:
            raise ValueError("BottleCRM needs an access_token")
        return self

    @property
    def site(self) -> str:
        """The address that people open."""
        return (self.app_url or self.url).rstrip("/")

    @property
    def settle_time(self) -> timedelta:
        return self.http.settle(_SETTLE_TIME)
