"""What an installation calls its things."""

from dataclasses import dataclass


@dataclass(frozen=True)
class House:
    """Names of what a person set up in Redmine; their numbers are read."""

    app_url: str
    tracker: str
    team_role: str
    lead_role: str
    key_field: str
    billing_field: str
    approved: frozenset[str]

    def role_of(self, member: str) -> str:
        """The Redmine role of one who plays this role in the project."""
        return self.lead_role if member == "lead" else self.team_role
