"""Redmine, a project management system, version 5.0 or later: its settings, and its part as Pm."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator

from connectors.common import (
    Api,
    ApiProfile,
    Connector,
    HttpSettings,
    Roles,
    capabilities,
    open_http,
    secret,
)
from connectors.redmine.milestones import MilestonesChange, read_milestones
from connectors.redmine.project import CharterChange, ProjectChange, TeamChange
from connectors.redmine.site import House, Site, Visitor
from connectors.redmine.time import read_time
from connectors.redmine.wire import explain
from connectors.redmine.work import WorkChange
from domain.effect import IdempotencyPolicy, Strategy
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeEntry
from ports.pm import MilestoneProgress
from ports.probe import Probe

__all__ = ["RedminePm", "RedmineSettings", "connector", "open_redmine"]

_SYSTEM = "redmine"
_MANNERS = ApiProfile(explain=explain, pause=timedelta(seconds=5))
# It goes on with a call whose caller has left, and others may be queued before that one.
_SETTLE = timedelta(seconds=30)


class RedmineSettings(House):
    """An administrator's API key, and what this installation calls its things."""

    key: SecretStr | None = None
    key_file: Path | None = None
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _has_key(self) -> Self:
        if secret(self.key, self.key_file) is None:
            raise ValueError("Redmine needs key, or key_file")
        return self


class RedminePm:
    """Projects of one installation; a milestone is a version, and reached when that is closed."""

    def __init__(self, site: Site, settle: timedelta) -> None:
        def repeat(strategy: Strategy) -> IdempotencyPolicy:
            return IdempotencyPolicy(strategy=strategy, settle_time=settle)

        self._site = site
        # Redmine looks before it makes, and lets two that look at once both make.
        self.open_project = ProjectChange(site, repeat(Strategy.SEARCH_FIRST))
        self.write_charter = CharterChange(site, repeat(Strategy.UPSERT))
        self.plan_milestones = MilestonesChange(site, repeat(Strategy.SEARCH_FIRST))
        self.plan_work = WorkChange(site, repeat(Strategy.SEARCH_FIRST))
        # Its database keeps members unique.
        self.staff_project = TeamChange(site, repeat(Strategy.UNIQUE_REFERENCE))
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
        return await read_milestones(self._site, deal, project)

    async def read_time(self, deal: DealId, project: ExternalId) -> Sequence[TimeEntry]:
        return await read_time(self._site, deal, project)

    async def probe(self) -> Probe:
        me = await self._site.me()
        lacks = ["let Cashward's account administer Redmine: it archives projects"]
        return Probe(
            system=self._site.system,
            account=self._site.house.home,
            identity=str(me.id),
            problems=tuple(await self._site.wanting() if me.admin else lacks),
        )


@asynccontextmanager
async def open_redmine(settings: RedmineSettings) -> AsyncIterator[Roles]:
    """The role of Pm, ready; no call is made before there is work."""
    key = secret(settings.key, settings.key_file)
    if key is None:
        raise ValueError("the settings name no key")
    async with open_http(settings.url.rstrip("/"), settings.http) as http:
        visitor = Visitor(_SYSTEM, key)
        api = Api(_SYSTEM, http, visitor, settings.http.timeout_seconds, _MANNERS)
        yield Roles(pm=RedminePm(Site(api, settings), settings.http.settle(_SETTLE)))


connector = Connector(_SYSTEM, RedmineSettings, open_redmine)
