"""The change that staffs a project: its people become actors of one project role."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.common import Api, VendorOperation
from connectors.jira.house import House
from connectors.jira.wire import Role, Roles
from domain.effect import EffectKind, Receipt
from domain.project import StaffProject
from ports.failures import Absent, Rejected
from ports.operation import Attempt

_KIND = EffectKind("pm.team")


@dataclass(frozen=True)
class TeamChange(VendorOperation[Api]):
    """Adds who is missing; Jira refuses who is there already."""

    house: House
    kind = _KIND

    async def do(self, command: StaffProject, ticket: Attempt) -> Receipt:
        people = _people(command)
        if not people:
            return Receipt(id=command.project)
        role = await self._role_id(command)
        missing = (
            people - (await self._role(command, role)).people if ticket.search_first else people
        )
        try:
            if missing:
                await self._add(command, role, missing)
        except Rejected:
            # One who is in already makes Jira refuse them all.
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

    async def undo(self, command: StaffProject, made: Receipt) -> None:
        try:
            role = await self._role_id(command)
            for person in sorted(_people(command)):
                path = "/project/{}/role/{}"
                await self.client.delete(path, made.id, role, query={"user": person})
        except Absent:
            return

    async def _add(self, command: StaffProject, role: str, people: set[str]) -> None:
        body = {"user": sorted(people)}
        await self.client.post("/project/{}/role/{}", command.project, role, body=body)

    async def _role(self, command: StaffProject, role: str) -> Role:
        return (await self.client.get("/project/{}/role/{}", command.project, role)).read(Role)

    async def _role_id(self, command: StaffProject) -> str:
        """The number of the role, which is the end of its address."""
        answer = await self.client.get("/project/{}/role", command.project)
        roles = answer.read(Roles).root
        address = roles.get(self.house.team_role)
        if address is None:
            known = ", ".join(sorted(roles))
            reason = (
                f"no project role {self.house.team_role!r}: set jira team_role to one of {known}"
            )
            raise Rejected(self.system, reason)
        return address.rpartition("/")[2]


def _people(command: StaffProject) -> set[str]:
    return {member.person for member in command.team}
