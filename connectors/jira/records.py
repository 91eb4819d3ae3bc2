"""Our projects in Jira, as its list has them."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from connectors.common import VendorRecords
from connectors.jira.client import JiraClient
from connectors.jira.models.project import PROPERTY, Project
from connectors.jira.operations.open_project import OpenProjectOperation
from domain.effect import EffectKind
from domain.ids import ExternalId
from domain.vendor_record import RecordState, VendorRecord
from ports.failures import Absent, Rejected

# Jira tells no date of a project, so that each listing has all of them.
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


class JiraRecords(VendorRecords[JiraClient]):
    """Found by the reference in our property."""

    kinds = (OpenProjectOperation.kind,)

    async def changed_since(self, kind: EffectKind, since: datetime) -> AsyncIterator[VendorRecord]:
        async for project in self.client.projects():
            if record := self._ours(project):
                yield record

    async def read(self, kind: EffectKind, id: ExternalId) -> VendorRecord | None:
        with suppress(Absent):
            project = await self.client.project(id, properties=PROPERTY)
            return self._record(project) if not project.reference else self._ours(project)
        return None

    async def remove(self, record: VendorRecord) -> None:
        raise Rejected(self.system, f"people may work in project {record.name}")

    def _ours(self, project: Project) -> VendorRecord | None:
        return self._record(project) if self.client.references.owns(project.reference) else None

    def _record(self, project: Project) -> VendorRecord:
        return VendorRecord(
            kind=OpenProjectOperation.kind,
            subject=self.client.references.subject(project.reference),
            id=ExternalId(project.id),
            state=RecordState.GONE if project.deleted else RecordState.LIVE,
            changed_at=_EVER,
            name=project.key,
            url=f"{self.client.settings.site}/browse/{project.key}",
        )
