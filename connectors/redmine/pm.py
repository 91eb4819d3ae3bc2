"""Redmine in the role of Pm: reads milestones, and what was booked, edited or deleted."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from connectors.common import capabilities
from connectors.redmine.client import RedmineClient
from connectors.redmine.errors import Forbidden
from connectors.redmine.models.issues import Issue
from connectors.redmine.models.time_entries import BookedTime
from connectors.redmine.models.versions import to_progress
from connectors.redmine.operations.open_project import OpenProjectOperation
from connectors.redmine.operations.plan_milestones import PlanMilestonesOperation
from connectors.redmine.operations.plan_work import PlanWorkOperation
from connectors.redmine.operations.staff_project import StaffProjectOperation
from connectors.redmine.operations.write_charter import WriteCharterOperation
from connectors.redmine.setup import probe
from domain.ids import DealId, ExternalId, Subject
from domain.timesheet import TimeChanges, TimeEntry
from ports.failures import Absent
from ports.pm import KnownTime, MilestoneProgress
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

    async def time_since(self, since: datetime, known: KnownTime) -> TimeChanges:
        """Read all time of the last weeks: Redmine tells neither what changed nor what is gone.

        What is known of these weeks and is not in the list is asked for by itself: it was deleted
        only if Redmine says so, and not if it moved or we may no longer see it.
        """
        client = self._client
        first = since.date() - timedelta(days=client.settings.time_window_days)
        on_record = await known(first)
        is_approved = await self._approval()
        listed = await client.time_entries(first)
        # Redmine does not date a change of the billing state alone.
        changed = [
            each
            for each in listed
            if each.changed_at >= since
            or on_record.get(each.entry, is_approved(each)) != is_approved(each)
        ]
        deleted: list[ExternalId] = []
        for missing in sorted(on_record.keys() - {each.entry for each in listed}):
            try:
                changed.append(await client.time_entry(missing))
            except Absent:
                deleted.append(missing)
            except Forbidden:
                continue  # its project is archived: its time stays as it is
        return TimeChanges(
            entries=await self._entries(changed),
            deleted=tuple(deleted),
            until=max([since, *(each.changed_at for each in changed)]),
        )

    async def _entries(self, booked: Sequence[BookedTime]) -> tuple[TimeEntry, ...]:
        """Return them with our work packages, which may be issues above those of the entries."""
        client, is_approved = self._client, await self._approval()
        field = (await client.fields.get()).issue
        issues = await client.issues_above({each.issue.id for each in booked if each.issue})

        def subject_of(issue: Issue) -> Subject:
            return client.references.subject(issue.text(field))

        return tuple(
            each.to_entry(each.work(issues, subject_of), is_approved=is_approved(each))
            for each in booked
        )

    async def _approval(self) -> Callable[[BookedTime], bool]:
        """Return whether the billing state of a time entry means that somebody approved it."""
        field, approved = (
            (await self._client.fields.get()).time_entry,
            self._client.settings.approved,
        )
        return lambda booked: booked.text(field) in approved

    async def other_installations(self) -> frozenset[str]:
        """Those that have a project here, as the reference in our custom field tells."""
        client = self._client
        field = (await client.fields.get()).project
        found = await client.all_projects(client.references.any_prefix)
        return client.references.others(each.text(field) for each in found)

    async def probe(self) -> Probe:
        return await probe(self._client)
