"""Staffs a project: its people become actors of one project role."""

from collections.abc import Sequence

from connectors.common import VendorOperation
from connectors.jira.client import JiraClient
from connectors.jira.models.access import Role
from domain.effect import EffectKind, Receipt, Strategy
from domain.project import StaffProject
from ports.failures import Absent, Rejected
from ports.operation import Attempt

_ROLE_PATH = "/project/{}/role/{}"


class StaffProjectOperation(VendorOperation[JiraClient]):
    """Adds the people who are missing; Jira refuses those who hold the role already."""

    kind = EffectKind("pm.team")
    strategy = Strategy.UNIQUE_REFERENCE

    async def do(self, command: StaffProject, attempt: Attempt) -> Receipt:
        missing = _people(command)
        if not missing:
            return Receipt(id=command.project)
        role = await self._role_id(command)
        if attempt.search_first:
            missing -= (await self._role(command, role)).people
        try:
            if missing:
                await self._add(command, role, missing)
        except Rejected:
            # Jira refuses all of them if one holds the role already.
            rest = missing - (await self._role(command, role)).people
            if rest == missing:
                raise
            if rest:
                await self._add(command, role, rest)
        return Receipt(id=command.project)

    async def find(self, command: StaffProject) -> Sequence[Receipt]:
        people = _people(command)
        if not people:
            return (Receipt(id=command.project),)
        try:
            role = await self._role(command, await self._role_id(command))
        except Absent:
            return ()
        return (Receipt(id=command.project),) if people <= role.people else ()

    async def undo(self, command: StaffProject, receipt: Receipt) -> None:
        try:
            role = await self._role_id(command)
            for person in sorted(_people(command)):
                query = {"user": person}
                await self.client.api.delete(_ROLE_PATH, receipt.id, role, query=query)
        except Absent:
            return

    async def _add(self, command: StaffProject, role: str, people: set[str]) -> None:
        body = {"user": sorted(people)}
        await self.client.api.post(_ROLE_PATH, command.project, role, body=body)

    async def _role(self, command: StaffProject, role: str) -> Role:
        return (await self.client.api.get(_ROLE_PATH, command.project, role)).read(Role)

    async def _role_id(self, command: StaffProject) -> str:
        """The number of the role, which ends its address."""
        response = await self.client.api.get("/project/{}/role", command.project)
        roles, name = response.read(dict[str, str]), self.client.settings.team_role
        if name not in roles:
            known = ", ".join(sorted(roles))
            reason = f"no project role {name!r}: set jira team_role to one of {known}"
            raise Rejected(self.system, reason)
        return roles[name].rpartition("/")[2]


def _people(command: StaffProject) -> set[str]:
    return {member.person for member in command.team}
