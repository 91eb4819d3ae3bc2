"""Opens a project, whose identifier comes from the deal."""

from collections.abc import Sequence
from contextlib import suppress

from connectors.common import VendorOperation
from connectors.redmine.client import RedmineClient
from connectors.redmine.models.project import MODULES, Project, identifier, new_project
from domain.effect import EffectKind, Receipt, Strategy
from domain.project import OpenProject
from ports.failures import Absent, ConnectorFailure, Rejected, Uncertain
from ports.operation import Attempt

_PATH = "/projects/{}.json"
# Lists below a project by their name in the response, and lists with a filter for a project: wiki
# pages Rest_Versions, Rest_Memberships, Rest_WikiPages, Rest_Files, Rest_Issues, Rest_TimeEntries
_LISTS = (
    ("/projects/{}/versions.json", "versions"),
    ("/projects/{}/memberships.json", "memberships"),
    ("/projects/{}/wiki/index.json", "wiki_pages"),
    ("/projects/{}/files.json", "files"),
)
_FILTERED_LISTS = (
    ("/issues.json", "issues", "project_id"),
    ("/time_entries.json", "time_entries", "project_id"),
    ("/projects.json", "projects", "parent_id"),
)


class OpenProjectOperation(VendorOperation[RedmineClient]):
    """Opens a private project; an undo deletes an empty one and archives any other."""

    kind = EffectKind("pm.project")
    # Redmine checks uniqueness before it makes a record, so two attempts at once both make one.
    strategy = Strategy.SEARCH_FIRST

    async def do(self, command: OpenProject, attempt: Attempt) -> Receipt:
        if found := await self.find(command):
            return found[0]
        try:
            receipt = await self._open(command)
        except Rejected as taken:
            # Our own attempt whose response was lost may have taken the identifier.
            if found := await self.find(command):
                return found[0]
            name = identifier(self._reference(command))
            reason = (
                f"no project {name} can be opened; if one is archived, rename or delete it"
                f" ({taken.reason})"
            )
            raise Rejected(self.system, reason) from taken
        with suppress(ConnectorFailure):  # The project is there, even if this search fails.
            if found := await self.find(command):
                return found[0]
        return receipt

    async def find(self, command: OpenProject) -> Sequence[Receipt]:
        projects = await self.client.projects(command.deal)
        return [project.receipt(self.client.settings.site) for project in projects]

    async def undo(self, command: OpenProject, receipt: Receipt) -> None:
        with suppress(Absent):
            if await self._is_empty(receipt.id):
                await self.client.api.delete(_PATH, receipt.id)
            else:
                await self.client.api.put("/projects/{}/archive.json", receipt.id)
            await self.client.project(receipt.id)
            raise Uncertain(self.system, f"project {receipt.id} is still there")

    async def _open(self, command: OpenProject) -> Receipt:
        fields, trackers = await self.client.fields.get(), await self.client.trackers.get()
        reference = self._reference(command)
        body = new_project(command, reference, fields, trackers.values())
        response = await self.client.api.post("/projects.json", body=body)
        project = response.read(Project, "project")
        if project.text(fields.project) != reference:
            raise await self.client.without_key(_PATH, project.id, "project")
        return project.receipt(self.client.settings.site)

    def _reference(self, command: OpenProject) -> str:
        return self.client.references.of(command.deal)

    async def _is_empty(self, id: str) -> bool:
        """Whether the project is empty. Raises Absent if it is gone."""
        project = await self.client.project(id, include="enabled_modules")
        if not {module.name for module in project.modules} <= set(MODULES):
            return False  # The REST API does not list what other modules hold.
        for path, name in _LISTS:
            if (await self.client.api.get(path, id)).json()[name]:
                return False
        for path, name, parameter in _FILTERED_LISTS:
            query = {parameter: id, "status_id": "*"}
            if (await self.client.api.get(path, query=query)).json()[name]:
                return False
        return True
