"""Plans milestones as versions.

Redmine does not refuse a repeat; each version has our key in a custom field.
"""

from collections.abc import Sequence
from contextlib import suppress

from connectors.common import VendorOperation
from connectors.common.project_parts import oldest, receipts, unique_names
from connectors.redmine.client import RedmineClient
from connectors.redmine.models.records import key_field
from connectors.redmine.models.versions import Version, new_version
from domain.effect import EffectKind, Receipt, Strategy
from domain.ids import ExternalId
from domain.project import Milestone, PlanMilestones
from ports.failures import Absent, ConnectorFailure, Rejected
from ports.operation import Attempt

# The longest name of a version: Redmine source, app/models/version.rb
_LONGEST_NAME = 60
_PATH = "/versions/{}.json"


class PlanMilestonesOperation(VendorOperation[RedmineClient]):
    """Makes one version for each milestone and keeps those that exist; of two the older counts."""

    kind = EffectKind("pm.milestones")
    strategy = Strategy.SEARCH_FIRST

    async def do(self, command: PlanMilestones, attempt: Attempt) -> Receipt:
        found = oldest(await self._ours(command))
        names = unique_names(command.milestones, _LONGEST_NAME)
        missing = [milestone for milestone in command.milestones if milestone.key not in found]
        for milestone in missing:
            found[milestone.key] = await self._add(command, milestone, names[milestone.key])
        if missing:
            with suppress(ConnectorFailure):  # They are there, even if this search fails.
                found |= oldest(await self._ours(command))
        return Receipt(id=command.project, parts=found)

    async def find(self, command: PlanMilestones) -> Sequence[Receipt]:
        keys = {str(milestone.key) for milestone in command.milestones}
        with suppress(Absent):
            return receipts(command.project, keys, await self._ours(command))
        return ()

    async def undo(self, command: PlanMilestones, receipt: Receipt) -> None:
        """Raises Rejected while an issue is planned for one of them."""
        for version in receipt.parts.values():
            try:
                async with self.client.inside(command.project):
                    await self.client.api.delete(_PATH, version)
            except Absent:
                continue
            except Rejected as kept:
                reason = f"version {version} has issues: plan them for another ({kept.reason})"
                raise Rejected(self.system, reason) from kept

    async def _ours(self, command: PlanMilestones) -> list[tuple[str, str]]:
        versions = await self.client.versions(command.project, command.deal)
        return [(key, str(version.id)) for key, version in versions]

    async def _add(self, command: PlanMilestones, milestone: Milestone, name: str) -> ExternalId:
        field = (await self.client.fields.get()).version
        reference = self.client.references.of(f"{command.deal}:{milestone.key}")
        body = new_version(command, milestone, name, key_field(field, reference))
        path = "/projects/{}/versions.json"
        try:
            async with self.client.inside(command.project):
                response = await self.client.api.post(path, command.project, body=body)
        except Rejected as taken:
            # Our own attempt whose response was lost may have taken the name.
            if found := oldest(await self._ours(command)).get(milestone.key):
                return found
            reason = f"no version {name!r} can be made; rename one that is not ours"
            raise Rejected(self.system, f"{reason} ({taken.reason})") from taken
        version = response.read(Version, "version")
        if version.text(field) != reference:
            raise await self.client.without_key(_PATH, version.id, "version")
        return ExternalId(str(version.id))
