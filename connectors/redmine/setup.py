"""What a person must set up in Redmine, and how a connection is checked."""

from collections.abc import Sequence

from connectors.redmine.client import RedmineClient
from connectors.redmine.models.fields import field_problems
from ports.probe import Probe

_NO_ADMINISTRATOR = "let Cashward's account administer Redmine: it archives projects"


async def probe(client: RedmineClient) -> Probe:
    """Raises Misconfigured if we cannot sign in; what a person must make is a problem."""
    me = await client.me()
    return Probe(
        system=client.system,
        account=client.settings.site,
        identity=str(me.id),
        problems=tuple(await _problems(client) if me.admin else [_NO_ADMINISTRATOR]),
    )


async def _problems(client: RedmineClient) -> Sequence[str]:
    settings = client.settings
    missing = {settings.team_role, settings.lead_role} - (await client.roles()).keys()
    found = [f"make a role {role!r}, or set redmine team_role, lead_role" for role in missing]
    if settings.tracker not in await client.trackers.again():
        found.append(f"make a tracker {settings.tracker!r}, or set redmine tracker")
    return [*sorted(found), *field_problems(await client.custom_fields(), settings)]
