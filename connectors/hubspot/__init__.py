"""HubSpot, a CRM."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from connectors.common import (
    Anonymous,
    Api,
    ApiProfile,
    Auth,
    Connector,
    Http,
    HttpSettings,
    OAuthClient,
    OAuthRefresh,
    Roles,
    StaticBearer,
    TokenEndpoint,
    open_http,
    secret,
)
from connectors.hubspot.crm import HubspotCrm
from connectors.hubspot.paths import Paths
from connectors.hubspot.portal import Portal
from connectors.hubspot.refusals import explain

__all__ = ["HubspotCrm", "HubspotSettings", "connector", "open_hubspot"]

_SYSTEM = "hubspot"
_MANNERS = ApiProfile(
    explain=explain, pause=timedelta(seconds=10), request_id="x-hubspot-correlation-id"
)
# A lost write shows within seconds; half a minute leaves room for their queues.
_SETTLE = timedelta(seconds=30)


class HubspotSettings(BaseModel, extra="forbid"):
    """Either an access token (of a service key or a private app), or an OAuth app's three parts.

    Each secret may be given in a file instead, as `<name>_file`.
    """

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
    """How many deals a poll reads a page."""
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
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


@asynccontextmanager
async def open_hubspot(settings: HubspotSettings) -> AsyncIterator[Roles]:
    paths = Paths(settings.api_version)
    async with open_http(settings.url, settings.http) as http:
        timeout = settings.http.timeout_seconds
        api = Api(_SYSTEM, http, _auth(settings, http, paths), timeout, _MANNERS)
        crm = HubspotCrm(
            Portal(api, paths),
            app_url=settings.app_url,
            identity=f"app {settings.client_id}" if settings.client_id else "access token",
            settle=settings.http.settle(_SETTLE),
            page_size=settings.page_size,
        )
        yield Roles(crm=crm)


def _auth(settings: HubspotSettings, http: Http, paths: Paths) -> Auth:
    if token := secret(settings.access_token, settings.access_token_file):
        return StaticBearer(_SYSTEM, token)
    client_secret = secret(settings.client_secret, settings.client_secret_file)
    refresh_token = secret(settings.refresh_token, settings.refresh_token_file)
    if client_secret is None or refresh_token is None:
        raise ValueError("the settings name no way in")
    tokens = Api(_SYSTEM, http, Anonymous(), settings.http.timeout_seconds, _MANNERS)
    client = OAuthClient(_SYSTEM, settings.client_id, client_secret)
    return OAuthRefresh(TokenEndpoint(tokens, paths.token), client, refresh_token)


connector = Connector(_SYSTEM, HubspotSettings, open_hubspot)
