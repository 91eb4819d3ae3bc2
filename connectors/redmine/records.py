"""Our projects in Redmine, as its list has them."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

from connectors.common import VendorRecords
from connectors.redmine.client import RedmineClient
from connectors.redmine.models.project import Project
from connectors.redmine.operations.open_project import OpenProjectOperation
from domain.effect import EffectKind
from domain.ids import ExternalId
from domain.vendor_record import RecordState, VendorRecord
from ports.failures import Absent, Rejected


class RedmineRecords(VendorRecords[RedmineClient]):
    """Found by the reference in our custom field. Redmine never shows an archived project."""

    kinds = (OpenProjectOperation.kind,)

    async def changed_since(self, kind: EffectKind, since: datetime) -> AsyncIterator[VendorRecord]:
        field = (await self.client.fields.get()).project
        found = [self._ours(each, field) for each in await self.client.all_projects()]
        records = [each for each in found if each and each.changed_at >= since]
        for record in sorted(records, key=lambda each: each.changed_at):
            yield record

    async def read(self, kind: EffectKind, id: ExternalId) -> VendorRecord | None:
        with suppress(Absent):
            field = (await self.client.fields.get()).project
            return self._ours(await self.client.project(id), field)
        return None

    async def remove(self, record: VendorRecord) -> None:
        raise Rejected(self.system, f"people may work in project {record.name}")

    def _ours(self, project: Project, field: int) -> VendorRecord | None:
        subject = self.client.references.subject(project.text(field))
        if not subject:
            return None
        made = project.receipt(self.client.settings.site)
        return VendorRecord(
            kind=OpenProjectOperation.kind,
            subject=subject,
            id=made.id,
            state=RecordState.LIVE,
            changed_at=project.updated_on,
            name=project.identifier,
            url=made.url,
        )
