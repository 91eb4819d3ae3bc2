"""Jira in the role of Pm."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from connectors.common import Api, capabilities
from connectors.jira.charter import CharterChange
from connectors.jira.house import House
from connectors.jira.milestones import MilestonesChange, item_of, versions_of
from connectors.jira.project import ProjectChange, project_change
from connectors.jira.team import TeamChange
from connectors.jira.time import read_time
from connectors.jira.wire import Account, Permissions, Version
from connectors.jira.work import WorkChange
from domain.effect import IdempotencyPolicy, Strategy
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeEntry
from ports.capability import Capability
from ports.pm import MilestoneProgress
from ports.probe import Probe

_NEEDED = {
    "ADMINISTER": "let Cashward's account administer Jira: it creates projects",
    "BROWSE_PROJECTS": "let Cashward's account browse projects",
    "CREATE_ISSUES": "let Cashward's account create issues",
}


class JiraPm:
    """Projects of one site; a milestone is a version, and it is reached when it is released."""

    def __init__(self, site: Api, house: House, *, settle: timedelta) -> None:
        def repeat(strategy: Strategy) -> IdempotencyPolicy:
            return IdempotencyPolicy(strategy=strategy, settle_time=settle)

        self._site = site
        self._house = house
        self._project = project_change(site, house, settle)
        self._charter = CharterChange(site, repeat(Strategy.UPSERT))
        self._milestones = MilestonesChange(site, repeat(Strategy.UNIQUE_REFERENCE))
        self._work = WorkChange(site, repeat(Strategy.SEARCH_FIRST))
        self._team = TeamChange(site, repeat(Strategy.UNIQUE_REFERENCE), house)

    @property
    def capabilities(self) -> frozenset[Capability]:
        changes = (self._project, self._charter, self._milestones, self._work, self._team)
        return capabilities(*changes, also={Capability.WEBHOOK})

    @property
    def open_project(self) -> ProjectChange:
        return self._project

    @property
    def write_charter(self) -> CharterChange:
        return self._charter

    @property
    def plan_milestones(self) -> MilestonesChange:
        return self._milestones

    @property
    def plan_work(self) -> WorkChange:
        return self._work

    @property
    def staff_project(self) -> TeamChange:
        return self._team

    async def read_milestones(
        self, deal: DealId, project: ExternalId
    ) -> Sequence[MilestoneProgress]:
        return tuple(_progress(deal, await versions_of(self._site, project)))

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        return await read_time(self._site, deal, project)

    async def probe(self) -> Probe:
        me = (await self._site.get("/myself")).read(Account)
        query = {"permissions": ",".join(_NEEDED)}
        granted = (await self._site.get("/mypermissions", query=query)).read(Permissions)
        wanting = tuple(
            way_out
            for name, way_out in _NEEDED.items()
            if name in granted.permissions and not granted.permissions[name].have
        )
        return Probe(
            system=self._site.system,
            account=self._house.app_url,
            identity=me.id,
            problems=wanting,
        )


def _progress(deal: DealId, versions: Sequence[Version]) -> Iterator[MilestoneProgress]:
    for version in versions:
        item = item_of(version, deal)
        if item:
            yield MilestoneProgress(
                item=item, external=ExternalId(version.id), is_reached=version.released
            )
