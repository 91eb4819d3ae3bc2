"""The changes that make a project: it is opened, has a charter, and a team of members."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress

from connectors.common import VendorOperation
from connectors.redmine.site import Site
from connectors.redmine.wire import CLOSED, Member, One, Page, Project, User, WikiPage, panel
from domain.effect import EffectKind, Receipt
from domain.ids import DealId, ExternalId
from domain.project import OpenProject, StaffProject, TeamMember, WriteCharter
from ports.failures import Absent, ConnectorFailure, Misconfigured, Rejected, Uncertain
from ports.operation import Attempt

_LONGEST = 100
_PANEL = "/projects/{}/wiki/Customer_panel.json"
_MEMBERS = "/projects/{}/memberships.json"
_MODULES = ("issue_tracking", "time_tracking", "wiki", "gantt", "calendar", "files")
_INSIDE = (
    ("/projects/{}/versions.json", "versions"),
    (_MEMBERS, "memberships"),
    ("/projects/{}/wiki/index.json", "wiki_pages"),
    ("/projects/{}/files.json", "files"),
)
_BY_PROJECT = (
    ("/issues.json", "issues", "project_id"),
    ("/time_entries.json", "time_entries", "project_id"),
    ("/projects.json", "projects", "parent_id"),
)


def identifier(deal: DealId) -> str:
    """`cw-` and the deal's id, made of what Redmine takes; a hash keeps apart what that joins."""
    plain = re.sub(r"[^a-z0-9-]", "-", deal.lower())
    if plain != deal.replace(":", "-") or len(plain) > _LONGEST - 3:
        digest = hashlib.sha256(deal.encode()).hexdigest()[:16]
        plain = f"{plain[:60]}-{digest}"
    return f"cw-{plain}"


class ProjectChange(VendorOperation[Site]):
    """Opens a private project; taking it back archives it, or deletes it while it is empty."""

    kind = EffectKind("pm.project")

    async def do(self, command: OpenProject, ticket: Attempt) -> Receipt:
        del ticket
        if found := await self.find(command):
            return found[0]
        try:
            made = await self._open(command)
        except Rejected as taken:
            # What is taken may be taken by us, by an attempt whose answer was lost.
            if found := await self.find(command):
                return found[0]
            reason = (
                f"no project {identifier(command.deal)} can be opened; if one is archived, rename"
                f" or delete it ({taken.reason})"
            )
            raise Rejected(self.system, reason) from taken
        with suppress(ConnectorFailure):  # it is made, whatever comes of the second look
            if found := await self.find(command):
                return found[0]
        return made

    async def find(self, command: OpenProject) -> Sequence[Receipt]:
        return tuple(map(self._made, await self.client.projects(command.deal)))

    async def undo(self, command: OpenProject, made: Receipt) -> None:
        del command
        with suppress(Absent):
            if await self._is_empty(made.id):
                await self.client.api.delete("/projects/{}.json", made.id)
            else:
                await self.client.api.put("/projects/{}/archive.json", made.id)
            await self.client.project(made.id)
            raise Uncertain(self.system, f"project {made.id} is still there")

    async def _open(self, command: OpenProject) -> Receipt:
        fields = await self.client.fields.get()
        project = {
            "name": " ".join(command.name.split())[:255],
            "identifier": identifier(command.deal),
            "description": f"{command.customer}. Deal {command.deal}: {command.url}",
            "homepage": command.url if len(command.url) <= 255 else "",
            "is_public": False,
            "inherit_members": False,
            "enabled_module_names": _MODULES,
            "tracker_ids": sorted((await self.client.trackers.get()).values()),
            "issue_custom_field_ids": [fields.issue],
            "custom_fields": [{"id": fields.project, "value": command.deal}],
        }
        answer = await self.client.api.post("/projects.json", body={"project": project})
        made = answer.read(One[Project]).it
        if made.text(fields.project) != command.deal:
            raise await self.client.keyless("/projects/{}.json", made.id, "project")
        return self._made(made)

    async def _is_empty(self, number: str) -> bool:
        """Whether nothing is in it that somebody could miss. Raises Absent if it is gone."""
        project = await self.client.project(number, include="enabled_modules")
        if not {module.name for module in project.modules} <= set(_MODULES):
            return False  # what other modules keep cannot be asked for
        for path, key in _INSIDE:
            if (await self.client.api.get(path, number)).json()[key]:
                return False
        for path, key, by in _BY_PROJECT:
            query = {by: number, "status_id": "*"}
            if (await self.client.api.get(path, query=query)).json()[key]:
                return False
        return True

    def _made(self, project: Project) -> Receipt:
        url = f"{self.client.house.home}/projects/{project.identifier}"
        parts = {"key": ExternalId(project.identifier)}
        return Receipt(id=ExternalId(str(project.id)), url=url, parts=parts)


class CharterChange(VendorOperation[Site]):
    """The whole page, so that writing twice is writing once; what people wrote on it stays.

    A closing charter closes the project. One that a person closed takes no open charter.
    """

    kind = EffectKind("pm.charter")

    async def do(self, command: WriteCharter, ticket: Attempt) -> Receipt:
        del ticket
        project = await self.client.project(command.project)
        async with self.client.inside(command.project):
            await self._write(command, project)
        if command.is_closed:
            await self._close(command.project)
        return Receipt(id=command.project)

    async def find(self, command: WriteCharter) -> Sequence[Receipt]:
        del command
        return ()

    async def undo(self, command: WriteCharter, made: Receipt) -> None:
        del made
        with suppress(Absent):
            project = await self.client.project(command.project)
            if project.is_closed and command.is_closed:
                await self._reopen(command.project)
            async with self.client.inside(command.project):
                await self.client.api.delete(_PANEL, command.project)

    async def _write(self, command: WriteCharter, project: Project) -> None:
        there = await self._page(command.project)
        text = await self._beside_people(command, there)
        if there and text == there.plain:
            return
        if project.is_closed:
            if not command.is_closed:
                reason = f"project {command.project} is closed: reopen it in Redmine"
                raise Rejected(self.system, reason)
            await self._reopen(command.project)
        page = {"text": text, "comments": "Cashward"}
        # Naming the version we read, Redmine refuses to write over what came after it.
        version = {"version": there.version} if there else {}
        await self.client.api.put(_PANEL, command.project, body={"wiki_page": page | version})

    async def _beside_people(self, command: WriteCharter, there: WikiPage | None) -> str:
        """What the page becomes: ours, unless people wrote on it last."""
        if there is None:
            return panel(command)
        if command.is_closed and there.plain.startswith(CLOSED):
            return there.plain
        if there.author.id == (await self.client.me()).id:
            return panel(command)
        return f"{CLOSED}\n\n{there.plain}" if command.is_closed else there.plain

    async def _page(self, project: str) -> WikiPage | None:
        try:
            return (await self.client.api.get(_PANEL, project)).read(One[WikiPage]).it
        except Absent:
            return None

    async def _close(self, project: str) -> None:
        await self.client.api.put("/projects/{}/close.json", project)
        if not (await self.client.project(project)).is_closed:
            raise Uncertain(self.system, f"project {project} is still open")

    async def _reopen(self, project: str) -> None:
        await self.client.api.put("/projects/{}/reopen.json", project)


class TeamChange(VendorOperation[Site]):
    """Adds who is missing; Redmine refuses who is a member already, whatever the role."""

    kind = EffectKind("pm.team")

    async def do(self, command: StaffProject, ticket: Attempt) -> Receipt:
        del ticket
        there = await self._members(command)
        roles = await self._roles(command.team)
        for person, member in (await self._people(command)).items():
            if person not in there:
                await self._add(command, person, roles[member.role])
        return Receipt(id=command.project)

    async def find(self, command: StaffProject) -> Sequence[Receipt]:
        if not command.team:
            return (Receipt(id=command.project),)
        try:
            there = await self._members(command)
            people = await self._people(command)
        except Rejected:
            return ()
        return (Receipt(id=command.project),) if people.keys() <= there.keys() else ()

    async def undo(self, command: StaffProject, made: Receipt) -> None:
        del made
        with suppress(Absent):
            there = await self._members(command)
            people = await self._people(command)
            for member in [there[person] for person in people if person in there]:
                async with self.client.inside(command.project):
                    await self.client.api.delete("/memberships/{}.json", str(member))

    async def _add(self, command: StaffProject, person: int, role: int) -> None:
        body = {"user_id": person, "role_ids": [role]}
        try:
            async with self.client.inside(command.project):
                await self.client.api.post(_MEMBERS, command.project, body={"membership": body})
        except Rejected:
            if person not in await self._members(command):
                raise

    async def _members(self, command: StaffProject) -> dict[int, int]:
        """The number of each person's membership."""
        async with self.client.inside(command.project):
            members = await self.client.all(_MEMBERS, command.project, of=Page[Member], query={})
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
        users = (await self.client.api.get("/users.json", query=query)).read(Page[User]).rows
        for user in users:
            if user.login.casefold() == member.person.casefold():
                return user.id
        reason = (
            f"who plays {member.role} is no active user: put it right in policy.staffing.people"
        )
        raise Rejected(self.system, reason)

    async def _roles(self, team: Iterable[TeamMember]) -> dict[str, int]:
        """Roles of the project → roles of Redmine."""
        known = await self.client.roles()
        wanted = {member.role: self.client.house.role_of(member.role) for member in team}
        lacking = sorted(set(wanted.values()) - known.keys())
        if lacking:
            reason = f"no role {lacking[0]!r}: set redmine team_role and lead_role to ones it has"
            raise Misconfigured(self.system, reason)
        return {ours: known[theirs] for ours, theirs in wanted.items()}
