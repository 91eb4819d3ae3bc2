"""Staffs a project: its people become members."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from connectors.common import VendorOperation
from connectors.redmine.client import RedmineClient
from connectors.redmine.models.records import Member, User
from domain.effect import EffectKind, Receipt, Strategy
from domain.project import StaffProject, TeamMember
from ports.failures import Absent, Misconfigured, Rejected
from ports.operation import Attempt

_PATH = "/projects/{}/memberships.json"


class StaffProjectOperation(VendorOperation[RedmineClient]):
    """Adds the missing members; Redmine refuses a second membership, whatever its role."""

    kind = EffectKind("pm.team")
    # A unique index of the table `members` keeps members unique.
    strategy = Strategy.UNIQUE_REFERENCE

    async def do(self, command: StaffProject, attempt: Attempt) -> Receipt:
        known = await self._members(command)
        roles = await self._roles(command.team)
        for person, member in (await self._people(command)).items():
            if person not in known:
                await self._add(command, person, roles[member.role])
        return Receipt(id=command.project)

    async def find(self, command: StaffProject) -> Sequence[Receipt]:
        if not command.team:
            return (Receipt(id=command.project),)
        try:
            known = await self._members(command)
            people = await self._people(command)
        except Rejected:
            return ()
        return (Receipt(id=command.project),) if people.keys() <= known.keys() else ()

    async def undo(self, command: StaffProject, receipt: Receipt) -> None:
        with suppress(Absent):
            known = await self._members(command)
            people = await self._people(command)
            for member in [known[person] for person in people if person in known]:
                async with self.client.inside(command.project):
                    await self.client.api.delete("/memberships/{}.json", str(member))

    async def _add(self, command: StaffProject, person: int, role: int) -> None:
        body = {"membership": {"user_id": person, "role_ids": [role]}}
        try:
            async with self.client.inside(command.project):
                await self.client.api.post(_PATH, command.project, body=body)
        except Rejected:
            if person not in await self._members(command):
                raise

    async def _members(self, command: StaffProject) -> dict[int, int]:
        """The ids of memberships by person."""
        async with self.client.inside(command.project):
            members = await self.client.all(
                _PATH, command.project, of=list[Member], name="memberships", query={}
            )
        return {member.user.id: member.id for member in members if member.user}

    async def _people(self, command: StaffProject) -> dict[int, TeamMember]:
        """The team by the id of the account; the first role of a person counts."""
        people: dict[int, TeamMember] = {}
        for member in command.team:
            people.setdefault(await self._user_id(member), member)
        return people

    async def _user_id(self, member: TeamMember) -> int:
        """A person is given by an id or by a login."""
        if member.person.isdecimal():
            return int(member.person)
        query = {"name": member.person, "status": "1", "limit": "100"}
        users = (await self.client.api.get("/users.json", query=query)).read(list[User], "users")
        for user in users:
            if user.login.casefold() == member.person.casefold():
                return user.id
        reason = (
            f"who plays {member.role} is no active user: put it right in policy.staffing.people"
        )
        raise Rejected(self.system, reason)

    async def _roles(self, team: Iterable[TeamMember]) -> dict[str, int]:
        """The ids of Redmine's roles by the roles of the team."""
        known = await self.client.roles()
        names = {member.role: self.client.settings.role_of(member.role) for member in team}
        if missing := sorted(set(names.values()) - known.keys()):
            reason = f"no role {missing[0]!r}: set redmine team_role and lead_role to ones it has"
            raise Misconfigured(self.system, reason)
        return {role: known[name] for role, name in names.items()}
