"""The settings of the Jira connector."""

from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, SecretStr, model_validator

from connectors.common import HttpSettings, secret

# The gateway of OAuth apps: docs/oauth-2-3lo-apps
_GATEWAY: Final = "/ex/jira/"
# Atlassian promises nothing: the index of new issues lags by seconds, seldom by minutes.
_SETTLE_TIME = timedelta(minutes=2)


class ProjectDefaults(BaseModel):
    """What new projects have in common."""

    lead: str = ""
    """The account id that leads new projects; empty is our own account."""
    team_role: str = "Member"
    project_type: str = "software"
    # Company-managed kanban, docs/rest/projects (projectTemplateKey)
    template: str = "com.pyxis.greenhopper.jira:gh-simplified-kanban-classic"


class JiraSettings(ProjectDefaults, extra="forbid"):
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
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _has_one_sign_in(self) -> Self:
        token = (self.email, secret(self.token, self.token_file))
        app = (self.client_id, secret(self.client_secret, self.client_secret_file))
        if all(token) == all(app) or any(token) == any(app):
            raise ValueError("Jira needs email and token, or else client_id and client_secret")
        if _GATEWAY in self.url and not self.app_url:
            raise ValueError("people cannot open the gateway: set app_url to your site's address")
        return self

    @property
    def site(self) -> str:
        """The address that people open."""
        return (self.app_url or self.url).rstrip("/")

    @property
    def settle_time(self) -> timedelta:
        return self.http.settle(_SETTLE_TIME)
