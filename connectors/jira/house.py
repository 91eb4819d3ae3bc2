"""How an installation wants its projects."""

from dataclasses import dataclass


@dataclass(frozen=True)
class House:
    """What new projects have in common. `lead` empty is our own account."""

    app_url: str
    lead: str
    team_role: str
    project_type: str
    template: str
