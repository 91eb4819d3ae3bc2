"""Redmine in the role of Pm."""

from collections.abc import Sequence
from datetime import timedelta

from connectors.kit import capabilities
from connectors.redmine.charter import CharterChange
from connectors.redmine.fields import wanting
from connectors.redmine.milestones import MilestonesChange
from connectors.redmine.project import ProjectChange
from connectors.redmine.site import Site
from connectors.redmine.team import TeamChange, roles_of
from connectors.redmine.timesheet import read_time
from connectors.redmine.work import WorkChange
from domain.effect import Repeat, Strategy
from domain.names import DealId, ExternalId, ItemKey
from domain.timesheet import TimeEntry
from ports.capability import Capability
from ports.pm import MilestoneProgress
from ports.probe import Probe


class RedminePm:
    """Projects of one installation; a milestone is a version, and reached when that is closed."""

    def __init__(self, site: Site, settle: timedelta) -> None:
        def repeat(strategy: Strategy) -> Repeat:
            return Repeat(strategy=strategy, settle=settle)

        self._site = site
        # Redmine looks before it makes, and lets two that look at once both make.
        self._project = ProjectChange(site, repeat(Strategy.INERT))
        self._charter = CharterChange(site, repeat(Strategy.UPSERT))
        self._milestones = MilestonesChange(site, repeat(Strategy.INERT))
        self._work = WorkChange(site, repeat(Strategy.INERT))
        # Its database keeps members unique.
        self._team = TeamChange(site, repeat(Strategy.UNIQUE_REFERENCE))

    @property
    def capabilities(self) -> frozenset[Capability]:
        changes = (self._project, self._charter, self._milestones, self._work, self._team)
        return capabilities(*changes)

    @property
    def project(self) -> ProjectChange:
        return self._project

    @property
    def charter(self) -> CharterChange:
        return self._charter

    @property
    def milestones(self) -> MilestonesChange:
        return self._milestones

    @property
    def work(self) -> WorkChange:
        return self._work

    @property
    def team(self) -> TeamChange:
        return self._team

    async def read_milestones(
        self, deal: DealId, project: ExternalId
    ) -> Sequence[MilestoneProgress]:
        ours = await self._site.versions(project, deal)
        return tuple(
            MilestoneProgress(
                item=ItemKey(key),
                external=ExternalId(str(rows[0].id)),
                is_reached=rows[0].status == "closed",
            )
            for key, rows in ours.items()
        )

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        return await read_time(self._site, deal, project)

    async def probe(self) -> Probe:
        me = await self._site.me()
        lacks = ("let Cashward's account administer Redmine: it archives projects",)
        return Probe(
            system=self._site.system,
            account=self._site.house.app_url,
            identity=str(me.id),
            wanting=tuple(await self._wanting()) if me.admin else lacks,
        )

    async def _wanting(self) -> list[str]:
        house = self._site.house
        roles = {role.name for role in await roles_of(self._site)}
        lacking = {house.team_role, house.lead_role} - roles
        told = [f"make a role {role!r}, or set redmine team_role, lead_role" for role in lacking]
        if house.tracker not in await self._site.trackers.again():
            told.append(f"make a tracker {house.tracker!r}, or set redmine tracker")
        return [*sorted(told), *wanting(await self._site.custom_fields(), house)]
