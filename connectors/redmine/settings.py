"""The settings of the Redmine connector."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator

from connectors.common import Secret, SiteSettings, require_secret


class RedmineSettings(SiteSettings):
    """An administrator's API key; `app_url` is the address that people open, if it is another."""

    # Redmine goes on with a request whose caller has left, and others may be queued before it.
    default_settle_time = timedelta(seconds=30)
    key: SecretStr | None = None
    key_file: Path | None = None
    tracker: str = "Task"
    team_role: str = "Developer"
    lead_role: str = "Manager"
    key_field: str = "cashward_key"
    billing_field: str = "billing_state"
    approved: tuple[str, ...] = ("approved", "invoiced")
    """The values of the billing field that mean: somebody has approved the time."""
    time_window_days: int = 35
    """How far back time may be booked, edited or deleted: each poll reads these days whole."""

    @model_validator(mode="after")
    def _has_a_secret(self) -> Self:
        self.secret()
        return self

    def secret(self) -> Secret:
        """The reader of the API key."""
        return require_secret(self.key, self.key_file, "Redmine needs key, or key_file")

    def role_of(self, role: str) -> str:
        """Redmine's role for a member with this role in the project."""
        return self.lead_role if role == "lead" else self.team_role
