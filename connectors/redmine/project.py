"""The change that opens a project. Redmine may open two under one identifier: the older is it."""

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from connectors.redmine.site import Site
from connectors.redmine.wire import One, Project
from domain.effect import EffectKind, Made, Repeat
from domain.names import DealId, ExternalId
from domain.project import OpenProject
from ports.change import Ticket
from ports.failures import Absent, ConnectorFailure, Rejected, Uncertain

_KIND = EffectKind("pm.project")
_LONGEST = 100
_MODULES = ("issue_tracking", "time_tracking", "wiki", "gantt", "calendar", "files")
_INSIDE = (
    ("/projects/{}/versions.json", "versions"),
    ("/projects/{}/memberships.json", "memberships"),
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


@dataclass(frozen=True)
class ProjectChange:
    """Opens a private project; taking it back archives it, or deletes it while it is empty."""

    site: Site
    repeat: Repeat
    kind: EffectKind = _KIND
    reopens: bool = False

    @property
    def system(self) -> str:
        return self.site.system

    async def make(self, command: OpenProject, ticket: Ticket) -> Made:
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

    async def find(self, command: OpenProject) -> Sequence[Made]:
        return tuple(map(self._made, await self.site.projects(command.deal)))

    async def take_back(self, command: OpenProject, made: Made) -> None:
        del command
        with suppress(Absent):
            if await self._is_empty(made.id):
                await self.site.api.delete("/projects/{}.json", made.id)
            else:
                await self.site.api.put("/projects/{}/archive.json", made.id)
            await self.site.project(made.id)
            raise Uncertain(self.system, f"project {made.id} is still there")

    async def _open(self, command: OpenProject) -> Made:
        fields = await self.site.fields.get()
        project = {
            "name": " ".join(command.name.split())[:255],
            "identifier": identifier(command.deal),
            "description": f"{command.customer}. Deal {command.deal}: {command.url}",
            "homepage": command.url if len(command.url) <= 255 else "",
            "is_public": False,
            "inherit_members": False,
            "enabled_module_names": _MODULES,
            "tracker_ids": sorted((await self.site.trackers.get()).values()),
            "issue_custom_field_ids": [fields.issue],
            "custom_fields": [{"id": fields.project, "value": command.deal}],
        }
        answer = await self.site.api.post("/projects.json", body={"project": project})
        made = answer.read(One[Project]).it
        if made.text(fields.project) != command.deal:
            raise await self.site.keyless("/projects/{}.json", made.id, "project")
        return self._made(made)

    async def _is_empty(self, number: str) -> bool:
        """Whether nothing is in it that somebody could miss. Raises Absent if it is gone."""
        project = await self.site.project(number, include="enabled_modules")
        if not {module.name for module in project.modules} <= set(_MODULES):
            return False  # what other modules keep cannot be asked for
        for path, key in _INSIDE:
            if (await self.site.api.get(path, number)).json()[key]:
                return False
        for path, key, by in _BY_PROJECT:
            query = {by: number, "status_id": "*"}
            if (await self.site.api.get(path, query=query)).json()[key]:
                return False
        return True

    def _made(self, project: Project) -> Made:
        url = f"{self.site.house.app_url}/projects/{project.identifier}"
        parts = {"key": ExternalId(project.identifier)}
        return Made(id=ExternalId(str(project.id)), url=url, parts=parts)
