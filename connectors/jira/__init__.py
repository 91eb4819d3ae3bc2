"""Jira Cloud, a project management system."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, SecretStr, model_validator

from connectors.common import (
    Anonymous,
    Api,
    ApiProfile,
    Auth,
    Basic,
    ClientCredentials,
    Connector,
    Http,
    HttpSettings,
    OAuthClient,
    Roles,
    TokenEndpoint,
    open_http,
    secret,
)
from connectors.jira.house import House
from connectors.jira.pm import JiraPm
from connectors.jira.refusals import explain, status

__all__ = ["JiraPm", "JiraSettings", "connector", "open_jira"]

_SYSTEM = "jira"
_REST, _GATEWAY = "/rest/api/3", "/ex/jira/"
_MANNERS = ApiProfile(
    explain=explain, status=status, pause=timedelta(seconds=5), request_id="X-AREQUESTID"
)
# Atlassian promises nothing: the index of new issues lags by seconds, seldom by minutes.
_SETTLE = timedelta(minutes=2)


class JiraSettings(BaseModel, extra="forbid"):
    """A site with an account's API token, or a service account's OAuth client with its gateway.

    `url` is the site (`https://acme.atlassian.net`), or with OAuth the gateway
    (`https://api.atlassian.com/ex/jira/{cloudId}`); `app_url` is the site that people open.
    """

    url: str
    app_url: str = ""
    email: str = ""
    token: SecretStr | None = None
    token_file: Path | None = None
    auth_url: str = "https://auth.atlassian.com"
    client_id: str = ""
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    lead: str = ""
    """The account id that leads new projects; empty is our own account."""
    team_role: str = "Member"
    project_type: str = "software"
    template: str = "com.pyxis.greenhopper.jira:gh-simplified-kanban-classic"
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        token = (self.email, secret(self.token, self.token_file))
        app = (self.client_id, secret(self.client_secret, self.client_secret_file))
        if all(token) == all(app) or any(token) == any(app):
            raise ValueError("Jira needs email and token, or else client_id and client_secret")
        if _GATEWAY in self.url and not self.app_url:
            raise ValueError("people cannot open the gateway: set app_url to your site's address")
        return self


@asynccontextmanager
async def open_jira(settings: JiraSettings) -> AsyncIterator[Roles]:
    """The role of Pm, ready; no call is made before there is work."""
    async with open_http(settings.url.rstrip("/") + _REST, settings.http) as http:
        timeout = settings.http.timeout_seconds
        api = Api(_SYSTEM, http, _auth(settings, http), timeout, _MANNERS)
        house = House(
            app_url=(settings.app_url or settings.url).rstrip("/"),
            lead=settings.lead,
            team_role=settings.team_role,
            project_type=settings.project_type,
            template=settings.template,
        )
        yield Roles(pm=JiraPm(api, house, settle=settings.http.settle(_SETTLE)))


def _auth(settings: JiraSettings, http: Http) -> Auth:
    if token := secret(settings.token, settings.token_file):
        return Basic(_SYSTEM, settings.email, token)
    client_secret = secret(settings.client_secret, settings.client_secret_file)
    if client_secret is None:
        raise ValueError("the settings name no way in")
    tokens = Api(_SYSTEM, http, Anonymous(), settings.http.timeout_seconds, _MANNERS)
    client = OAuthClient(_SYSTEM, settings.client_id, client_secret)
    endpoint = TokenEndpoint(tokens, f"{settings.auth_url}/oauth/token", as_json=True)
    return ClientCredentials(endpoint, client)


connector = Connector(_SYSTEM, JiraSettings, open_jira)
