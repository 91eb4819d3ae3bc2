"""The change that staffs a project: its people become members."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from connectors.redmine.site import Site
from connectors.redmine.wire import Member, Page, Thing, User
from domain.effect import EffectKind, Made, Repeat
from domain.project import StaffProject, TeamMember
from ports.change import Ticket
from ports.failures import Absent, Misconfigured, Rejected

_KIND = EffectKind("pm.team")


@dataclass(frozen=True)
class TeamChange:
    """Adds who is missing; Redmine refuses who is a member already, whatever the role."""

    site: Site
    repeat: Repeat
    kind: EffectKind = _KIND
    reopens: bool = False

    @property
    def system(self) -> str:
        return self.site.system

    async def make(self, command: StaffProject, ticket: Ticket) -> Made:
        del ticket
        there = await self._members(command)
        roles = await self._roles(command.team)
        for person, member in (await self._people(command)).items():
            if person not in there:
                await self._add(command, person, roles[member.role])
        return Made(id=command.project)

    async def find(self, command: StaffProject) -> Sequence[Made]:
        if not command.team:
            return (Made(id=command.project),)
        try:
            there = await self._members(command)
            people = await self._people(command)
        except Rejected:
            return ()
        return (Made(id=command.project),) if people.keys() <= there.keys() else ()

    async def take_back(self, command: StaffProject, made: Made) -> None:
        del made
        with suppress(Absent):
            there = await self._members(command)
            people = await self._people(command)
            for member in [there[person] for person in people if person in there]:
                async with self.site.inside(command.project):
                    await self.site.api.delete("/memberships/{}.json", str(member))

    async def _add(self, command: StaffProject, person: int, role: int) -> None:
        path, body = "/projects/{}/memberships.json", {"user_id": person, "role_ids": [role]}
        try:
            async with self.site.inside(command.project):
                await self.site.api.post(path, command.project, body={"membership": body})
        except Rejected:
            if person not in await self._members(command):
                raise

    async def _members(self, command: StaffProject) -> dict[int, int]:
        """The number of each person's membership."""
        path = "/projects/{}/memberships.json"
        async with self.site.inside(command.project):
            members = await self.site.all(path, command.project, of=Page[Member], query={})
        return {member.user.id: member.id for member in members if member.user}

    async def _people(self, command: StaffProject) -> dict[int, TeamMember]:
        """The team by the number of the account; who plays two roles comes in by the first."""
        people: dict[int, TeamMember] = {}
        for member in command.team:
            people.setdefault(await self._number(member), member)
        return people

    async def _number(self, member: TeamMember) -> int:
        """People are named by their number, or by their login."""
        if member.person.isdecimal():
            return int(member.person)
        query = {"name": member.person, "status": "1", "limit": "100"}
        users = (await self.site.api.get("/users.json", query=query)).read(Page[User]).rows
        for user in users:
            if user.login.casefold() == member.person.casefold():
                return user.id
        reason = (
            f"who plays {member.role} is no active user: put it right in policy.staffing.people"
        )
        raise Rejected(self.system, reason)

    async def _roles(self, team: Iterable[TeamMember]) -> dict[str, int]:
        """Roles of the project → roles of Redmine."""
        known = {role.name: role.id for role in await roles_of(self.site)}
        wanted = {member.role: self.site.house.role_of(member.role) for member in team}
        lacking = sorted(set(wanted.values()) - known.keys())
        if lacking:
            reason = f"no role {lacking[0]!r}: set redmine team_role and lead_role to ones it has"
            raise Misconfigured(self.system, reason)
        return {ours: known[theirs] for ours, theirs in wanted.items()}


async def roles_of(site: Site) -> list[Thing]:
    return (await site.api.get("/roles.json")).read(Page[Thing]).rows
