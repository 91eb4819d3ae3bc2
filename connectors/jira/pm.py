"""Jira in the role of Pm: reads milestones, and what was booked, edited or deleted."""

from collections.abc import Sequence
from datetime import datetime

from connectors.common import capabilities
from connectors.jira.client import JiraClient
from connectors.jira.models.versions import to_progress
from connectors.jira.operations.open_project import OpenProjectOperation
from connectors.jira.operations.plan_milestones import PlanMilestonesOperation
from connectors.jira.operations.plan_work import PlanWorkOperation
from connectors.jira.operations.staff_project import StaffProjectOperation
from connectors.jira.operations.write_charter import WriteCharterOperation
from connectors.jira.setup import probe
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeChanges
from ports.capability import Capability
from ports.pm import KnownTime, MilestoneProgress
from ports.probe import Probe

# Ten thousand worklogs, with their issues, are read well within the time of one poll.
_PAGES_AT_ONCE = 10


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

    async def time_since(self, since: datetime, known: KnownTime) -> TimeChanges:
        """Read both feeds of the site; Jira keeps the last minute back.

        Deletions are read after the changes: none before the last change is missed, and the
        cursor goes no further than that. What a long absence left unread is read in parts.
        """
        del known  # a feed tells what was deleted
        client = self._client
        changed = await client.changes("updated", since, pages=_PAGES_AT_ONCE)
        deleted = await client.changes("deleted", since)
        worklogs = await client.worklogs(changed.keys() - deleted.keys())
        issues = await client.issues_by_id({worklog.issue for worklog in worklogs})
        return TimeChanges(
            entries=tuple(
                worklog.to_entry(issue.project, client.references.subject(issue.reference))
                for worklog in worklogs
                if (issue := issues.get(worklog.issue))
            ),
            deleted=tuple(map(ExternalId, deleted)),
            until=max([since, *changed.values()]),
        )

    async def other_installations(self) -> frozenset[str]:
        """Those that have a project here, as the reference in its property tells."""
        client = self._client
        return client.references.others([each.reference async for each in client.projects()])

    async def probe(self) -> Probe:
        return await probe(self._client)
