"""The settings of the HubSpot connector."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.common import SiteSettings, secret


class HubspotSettings(SiteSettings):
    """Either an access token (of a service key or a private app), or an OAuth app's three parts.

    Each secret may be given in a file instead, as `<name>_file`.
    """

    # Measured: a lost write shows within seconds; half a minute leaves room for HubSpot's queues.
    default_settle_time = timedelta(seconds=30)
    url: str = "https://api.hubapi.com"
    app_url: str = "https://app.hubspot.com"
    api_version: str = Field("v3", pattern=r"^(v3|20\d\d-(03|09))$")
    access_token: SecretStr | None = None
    access_token_file: Path | None = None
    client_id: str = ""
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    refresh_token: SecretStr | None = None
    refresh_token_file: Path | None = None
    page_size: int = Field(200, ge=1, le=200)
    """How many deals a poll reads per page; HubSpot's search takes at most 200."""

    @model_validator(mode="after")
    def _has_one_sign_in(self) -> Self:
        token = secret(self.access_token, self.access_token_file)
        app = (
            self.client_id,
            secret(self.client_secret, self.client_secret_file),
            secret(self.refresh_token, self.refresh_token_file),
        )
        if bool(token) == any(app) or (not token and not all(app)):
            raise ValueError(
                "HubSpot needs an access_token, or else client_id, client_secret and refresh_token"
            )
        return self

    @property
    def identity(self) -> str:
        return f"app {self.client_id}" if self.client_id else "access token"
