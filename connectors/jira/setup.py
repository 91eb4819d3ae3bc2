"""What a Jira site needs, and how a connection is checked."""

from typing import Final

from connectors.jira.client import JiraClient
from connectors.jira.models.access import Account, Permission
from ports.probe import Probe

# Permission keys, docs/rest/permissions
_PERMISSIONS: Final = {
    "ADMINISTER": "let Cashward's account administer Jira: it creates projects",
    "BROWSE_PROJECTS": "let Cashward's account browse projects",
    "CREATE_ISSUES": "let Cashward's account create issues",
}


async def probe(client: JiraClient) -> Probe:
    """Raises Misconfigured if we cannot sign in; a missing permission is a problem."""
    account = (await client.api.get("/myself")).read(Account)
    query = {"permissions": ",".join(_PERMISSIONS)}
    response = await client.api.get("/mypermissions", query=query)
    granted = response.read(dict[str, Permission], "permissions")
    problems = tuple(
        way_out
        for name, way_out in _PERMISSIONS.items()
        if name in granted and not granted[name].have
    )
    return Probe(
        system=client.system, account=client.settings.site, identity=account.id, problems=problems
    )
