"""Writes a project's charter."""

from contextlib import suppress

from connectors.common import UpsertOperation
from connectors.common.charter import CLOSED, merge_charter
from connectors.jira.client import JiraClient
from connectors.jira.models.charter import description, property_value, text_hash
from connectors.jira.models.project import PROPERTY
from domain.effect import EffectKind, Receipt
from domain.project import WriteCharter
from ports.failures import Absent
from ports.operation import Attempt

_PROPERTY_PATH = "/project/{}/properties/{}"


class WriteCharterOperation(UpsertOperation[JiraClient]):
    """Writes whole values, so that a repeat changes nothing.

    The property is written last: its hash distinguishes our description from one that people wrote.
    """

    kind = EffectKind("pm.charter")

    async def do(self, command: WriteCharter, attempt: Attempt) -> Receipt:
        text = description(command)
        if attempt.search_first or command.is_closed:
            text = await self._merged(command, text)
        body = {"description": text}
        await self.client.api.put("/project/{}", command.project, body=body)
        value = property_value(command, self.client.references.of(command.deal))
        await self.client.api.put(_PROPERTY_PATH, command.project, PROPERTY, body=value)
        return Receipt(id=command.project)

    async def undo(self, command: WriteCharter, receipt: Receipt) -> None:
        with suppress(Absent):
            await self.client.api.delete(_PROPERTY_PATH, command.project, PROPERTY)

    async def _merged(self, command: WriteCharter, text: str) -> str:
        project = await self.client.project(command.project, properties=PROPERTY)
        if not project.charter_hash:
            return text
        ours = {project.charter_hash, text_hash(text)}
        return merge_charter(
            text,
            project.description,
            is_ours=text_hash(project.description) in ours,
            closed_line=f"{CLOSED}\n" if command.is_closed else "",
        )
