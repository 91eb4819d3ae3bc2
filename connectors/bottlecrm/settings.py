"""The settings of the BottleCRM connector."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.common import Secret, SiteSettings, require_secret


class BottlecrmSettings(SiteSettings):
    """A personal access token of an administrator's profile, in the settings or in a file.

    `url` is the address of the API; `app_url` is the site that people open.
    """

    # Measured: without its queue BottleCRM commits, and answers with a failure up to 38 s later.
    default_settle_time = timedelta(seconds=60)
    access_token: SecretStr | None = None
    access_token_file: Path | None = None
    page_size: int = Field(100, ge=2)

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        self.secret()
        return self

    def secret(self) -> Secret:
        """The reader of the access token."""
        return require_secret(
            self.access_token, self.access_token_file, "BottleCRM needs an access_token"
        )
