"""The settings of the Redmine connector."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, SecretStr, model_validator

from connectors.common import HttpSettings, secret

# Redmine goes on with a request whose caller has left, and others may be queued before it.
_SETTLE_TIME = timedelta(seconds=30)


class ProjectDefaults(BaseModel):
    """The names of what a person set up for projects; their ids are read from Redmine."""

    tracker: str = "Task"
    team_role: str = "Developer"
    lead_role: str = "Manager"
    key_field: str = "cashward_key"
    billing_field: str = "billing_state"
    approved: tuple[str, ...] = ("approved", "invoiced")
    """The values of the billing field that mean: somebody has approved the time."""

    def role_of(self, role: str) -> str:
        """Redmine's role for a member with this role in the project."""
        return self.lead_role if role == "lead" else self.team_role


class RedmineSettings(ProjectDefaults, extra="forbid"):
    """An administrator's API key; `app_url` is the address that people open, if it is another."""

    url: str
    app_url: str = ""
    key: SecretStr | None = None
    key_file: Path | None = None
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if secret(self.key, self.key_file) is None:
            raise ValueError("Redmine needs key, or key_file")
        return self

    @property
    def site(self) -> str:
        """The address that people open."""
        return (self.app_url or self.url).rstrip("/")

    @property
    def settle_time(self) -> timedelta:
        return self.http.settle(_SETTLE_TIME)
