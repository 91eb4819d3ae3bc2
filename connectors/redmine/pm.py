"""Redmine in the role of Pm: reads milestones and booked time."""

from collections.abc import Sequence

from connectors.common import capabilities
from connectors.redmine.client import RedmineClient
from connectors.redmine.models.issues import BookedTime, Issue
from connectors.redmine.models.versions import to_progress
from connectors.redmine.operations.open_project import OpenProjectOperation
from connectors.redmine.operations.plan_milestones import PlanMilestonesOperation
from connectors.redmine.operations.plan_work import PlanWorkOperation
from connectors.redmine.operations.staff_project import StaffProjectOperation
from connectors.redmine.operations.write_charter import WriteCharterOperation
from connectors.redmine.setup import probe
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeEntry
from ports.pm import MilestoneProgress
from ports.probe import Probe


class RedminePm:
    """The projects of one installation."""

    def __init__(self, client: RedmineClient) -> None:
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
        )

    async def read_milestones(
        self, deal: DealId, project: ExternalId
    ) -> Sequence[MilestoneProgress]:
        return tuple(to_progress(await self._client.versions(project, deal)))

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        """Reads all time entries: Redmine has no filter for those that changed."""
        client, query = self._client, {"project_id": project, "subproject_id": "!*"}
        fields, approved = await client.fields.get(), client.settings.approved
        async with client.inside(project):
            found = await client.all(
                "/time_entries.json", of=list[BookedTime], name="time_entries", query=query
            )
        booked = [each for each in found if str(each.project.id) == project]

        def key_of(issue: Issue) -> str:
            return client.key(issue, fields.issue, deal)

        issues = {issue.id: issue for issue in await client.issues(project)} if booked else {}
        entries = [
            each.to_entry(
                each.package(issues, key_of),
                is_approved=each.text(fields.time_entry) in approved,
            )
            for each in booked
        ]
        return sorted(entries, key=lambda entry: (entry.day, int(entry.id)))

    async def other_installations(self) -> frozenset[str]:
        """Those that have a project here, as the reference in our custom field tells."""
        client = self._client
        field = (await client.fields.get()).project
        found = await client.all_projects(client.references.any_prefix)
        return client.references.others(each.text(field) for each in found)

    async def probe(self) -> Probe:
        return await probe(self._client)
