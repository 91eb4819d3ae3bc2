"""Opens a project. Its key comes from the deal, and Jira keeps keys unique."""

from collections.abc import Sequence
from contextlib import suppress

from connectors.common import VendorOperation
from connectors.jira.client import JiraClient
from connectors.jira.errors import Taken
from connectors.jira.models.project import PROPERTY, new_project, project_key
from domain.effect import EffectKind, Receipt, Strategy
from domain.ids import ExternalId
from domain.project import OpenProject
from ports.failures import Absent, Rejected
from ports.operation import Attempt


class OpenProjectOperation(VendorOperation[JiraClient]):
    """Opens a company-managed project; an undo moves it to the trash with all its parts."""

    kind = EffectKind("pm.project")
    strategy = Strategy.UNIQUE_REFERENCE

    async def do(self, command: OpenProject, attempt: Attempt) -> Receipt:
        settings, key = self.client.settings, self._key(command)
        lead = settings.lead or await self.client.account_id.get()
        try:
            response = await self.client.api.post(
                "/project", body=new_project(command, key, settings, lead)
            )
        except Taken as taken:
            # Our own attempt whose response was lost may have taken it.
            if found := await self.find(command):
                return found[0]
            reason = (
                f"the key {key} or its name belongs to another project, maybe in the trash: "
                f"rename that one, or delete it for good ({taken.reason})"
            )
            raise Rejected(self.system, reason) from taken
        return self._receipt(str(response.read(int, "id")), response.read(str, "key"))

    async def find(self, command: OpenProject) -> Sequence[Receipt]:
        try:
            project = await self.client.project(self._key(command), properties=PROPERTY)
        except Absent:
            return ()
        reference = self.client.references.of(command.deal)
        if project.deleted or not project.is_for(reference, command.url):
            return ()
        return (self._receipt(project.id, project.key),)

    async def undo(self, command: OpenProject, receipt: Receipt) -> None:
        with suppress(Absent):
            query = {"enableUndo": "true"}
            await self.client.api.delete("/project/{}", receipt.id, query=query)

    def _key(self, command: OpenProject) -> str:
        return project_key(command.deal, self.client.references)

    def _receipt(self, id: str, key: str) -> Receipt:
        url = f"{self.client.settings.site}/browse/{key}"
        return Receipt(id=ExternalId(id), url=url, parts={"key": ExternalId(key)})
