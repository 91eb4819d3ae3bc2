"""Jira in the role of Pm: reads milestones and booked time."""

from collections.abc import Sequence

from connectors.common import all_of, capabilities
from connectors.jira.client import JiraClient
from connectors.jira.models.versions import to_progress
from connectors.jira.operations.open_project import OpenProjectOperation
from connectors.jira.operations.plan_milestones import PlanMilestonesOperation
from connectors.jira.operations.plan_work import PlanWorkOperation
from connectors.jira.operations.staff_project import StaffProjectOperation
from connectors.jira.operations.write_charter import WriteCharterOperation
from connectors.jira.setup import probe
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeEntry
from ports.capability import Capability
from ports.failures import Absent
from ports.pm import MilestoneProgress
from ports.probe import Probe


class JiraPm:
    """The projects of one site."""

    def __init__(self, client: JiraClient) -> None:
        self._client = client
        self.open_project = OpenProjectOperation(client)
        self.write_charter = WriteCharterOperation(client)
        self.plan_milestones = PlanMilestonesOperation(client)
        self.plan_work = PlanWorkOperation(client)
        self.staff_project = StaffProjectOperation(client)
        self.capabilities = capabilities(
            self.open_project,
            self.write_charter,
            self.plan_milestones,
            self.plan_work,
            self.staff_project,
            also={Capability.WEBHOOK},
        )

    async def read_milestones(
        self, deal: DealId, project: ExternalId
    ) -> Sequence[MilestoneProgress]:
        versions = await self._client.versions(project)
        return tuple(to_progress(self._client.references.of(f"{deal}:"), versions))

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        """Every worklog of the project."""
        client, found = self._client, await self._client.project(project)
        if found.deleted:
            raise Absent(client.system, f"the project {found.key} is in the trash")
        issues = await client.issues(found, "worklog")
        worklogs = await all_of(map(client.worklogs, issues))
        entries = [
            worklog.to_entry(client.references.part(issue.reference, deal))
            for issue, booked in zip(issues, worklogs, strict=True)
            for worklog in booked
        ]
        return sorted(entries, key=lambda entry: (entry.day, int(entry.id)))

    async def other_installations(self) -> frozenset[str]:
        """Those that have a project here, as the reference in its property tells."""
        client = self._client
        return client.references.others([each.reference async for each in client.projects()])

    async def probe(self) -> Probe:
        return await probe(self._client)
