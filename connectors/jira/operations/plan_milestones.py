"""Plans milestones as versions. Their names are unique within a project."""

from collections.abc import Sequence
from contextlib import suppress

from connectors.common import VendorOperation, all_of
from connectors.common.project_parts import unique_names
from connectors.jira.client import JiraClient
from connectors.jira.errors import Taken
from connectors.jira.models.versions import Version, new_version
from domain.effect import EffectKind, Receipt, Strategy
from domain.ids import ExternalId
from domain.project import Milestone, PlanMilestones
from ports.failures import Absent, Rejected
from ports.operation import Attempt

# A version's name has at most 255 characters, docs/rest/project-versions
_LONGEST_NAME = 255


class PlanMilestonesOperation(VendorOperation[JiraClient]):
    """Makes one version for each milestone and keeps those that exist."""

    kind = EffectKind("pm.milestones")
    strategy = Strategy.UNIQUE_REFERENCE

    async def do(self, command: PlanMilestones, attempt: Attempt) -> Receipt:
        found = await self._versions(command) if attempt.search_first else {}
        names = unique_names(command.milestones, _LONGEST_NAME)
        missing = [milestone for milestone in command.milestones if milestone.key not in found]
        added = await all_of(
            self._add(command, milestone, names[milestone.key]) for milestone in missing
        )
        found |= {
            str(milestone.key): version for milestone, version in zip(missing, added, strict=True)
        }
        return Receipt(id=command.project, parts=found)

    async def find(self, command: PlanMilestones) -> Sequence[Receipt]:
        found = await self._versions(command)
        is_complete = all(milestone.key in found for milestone in command.milestones)
        return (Receipt(id=command.project, parts=found),) if is_complete else ()

    async def undo(self, command: PlanMilestones, receipt: Receipt) -> None:
        for version in receipt.parts.values():
            with suppress(Absent):
                await self.client.api.post("/version/{}/removeAndSwap", version, body={})

    async def _versions(self, command: PlanMilestones) -> dict[str, ExternalId]:
        try:
            versions = await self.client.versions(command.project)
        except Absent:
            return {}
        return {
            str(milestone): ExternalId(version.id)
            for version in versions
            if (milestone := version.milestone(self._prefix(command)))
        }

    def _prefix(self, command: PlanMilestones) -> str:
        return self.client.references.of(f"{command.deal}:")

    async def _add(self, command: PlanMilestones, milestone: Milestone, name: str) -> ExternalId:
        body = new_version(command, milestone, name, self._prefix(command))
        try:
            response = await self.client.api.post("/version", body=body)
        except Taken as taken:
            found = await self._versions(command)
            if milestone.key in found:
                return found[milestone.key]
            reason = f"the project has a version {name!r} that is not ours: rename it there"
            raise Rejected(self.system, reason) from taken
        return ExternalId(response.read(Version).id)
