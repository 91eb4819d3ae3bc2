"""The settings of the Jira connector."""

from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from pydantic import SecretStr, model_validator

from connectors.common import SiteSettings, secret

# The gateway of OAuth apps: docs/oauth-2-3lo-apps
_GATEWAY: Final = "/ex/jira/"


class JiraSettings(SiteSettings):
    """A site with an account's API token, or a service account's OAuth client with its gateway.

    `url` is the site (`https://acme.atlassian.net`), or with OAuth the gateway
    (`https://api.atlassian.com/ex/jira/{cloudId}`); `app_url` is the site that people open.
    """

    # Atlassian promises nothing: the index of new issues lags by seconds, seldom by minutes.
    default_settle_time = timedelta(minutes=2)
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
    # Company-managed kanban, docs/rest/projects (projectTemplateKey)
    template: str = "com.pyxis.greenhopper.jira:gh-simplified-kanban-classic"

    @model_validator(mode="after")
    def _has_one_sign_in(self) -> Self:
        token = (self.email, secret(self.token, self.token_file))
        app = (self.client_id, secret(self.client_secret, self.client_secret_file))
        if all(token) == all(app) or any(token) == any(app):
            raise ValueError("Jira needs email and token, or else client_id and client_secret")
        if _GATEWAY in self.url and not self.app_url:
            raise ValueError("people cannot open the gateway: set app_url to your site's address")
        return self
