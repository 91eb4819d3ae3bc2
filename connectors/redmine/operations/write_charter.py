"""Writes a project's charter."""

from contextlib import suppress

from connectors.common import UpsertOperation
from connectors.common.charter import merge_charter
from connectors.redmine.client import RedmineClient
from connectors.redmine.models.charter import CLOSED_LINE, WikiPage, charter_text
from connectors.redmine.models.project import Project
from domain.effect import EffectKind, Receipt
from domain.project import WriteCharter
from ports.failures import Absent, Rejected, Uncertain
from ports.operation import Attempt

_PAGE = "/projects/{}/wiki/Customer_panel.json"


class WriteCharterOperation(UpsertOperation[RedmineClient]):
    """Writes the whole wiki page, so that a repeat changes nothing; people's text stays.

    A closing charter closes the project. A project that a person closed takes no open charter.
    """

    kind = EffectKind("pm.charter")

    async def do(self, command: WriteCharter, attempt: Attempt) -> Receipt:
        project = await self.client.project(command.project)
        async with self.client.inside(command.project):
            await self._write(command, project)
        if command.is_closed:
            await self._close(command.project)
        return Receipt(id=command.project)

    async def undo(self, command: WriteCharter, receipt: Receipt) -> None:
        with suppress(Absent):
            project = await self.client.project(command.project)
            if project.is_closed and command.is_closed:
                await self._reopen(command.project)
            async with self.client.inside(command.project):
                await self.client.api.delete(_PAGE, command.project)

    async def _write(self, command: WriteCharter, project: Project) -> None:
        page = await self._page(command.project)
        text = await self._merged(command, page) if page else charter_text(command)
        if page and text == page.plain:
            return
        if project.is_closed:
            if not command.is_closed:
                reason = f"project {command.project} is closed: reopen it in Redmine"
                raise Rejected(self.system, reason)
            await self._reopen(command.project)
        # With the version that we read, Redmine refuses to overwrite a younger one.
        version = {"version": page.version} if page else {}
        body = {"wiki_page": {"text": text, "comments": "Cashward", **version}}
        await self.client.api.put(_PAGE, command.project, body=body)

    async def _merged(self, command: WriteCharter, page: WikiPage) -> str:
        return merge_charter(
            charter_text(command),
            page.plain,
            is_ours=page.author.id == (await self.client.me()).id,
            closed_line=CLOSED_LINE if command.is_closed else "",
        )

    async def _page(self, project: str) -> WikiPage | None:
        try:
            return (await self.client.api.get(_PAGE, project)).read(WikiPage, "wiki_page")
        except Absent:
            return None

    async def _close(self, project: str) -> None:
        await self.client.api.put("/projects/{}/close.json", project)
        if not (await self.client.project(project)).is_closed:
            raise Uncertain(self.system, f"project {project} is still open")

    async def _reopen(self, project: str) -> None:
        await self.client.api.put("/projects/{}/reopen.json", project)
