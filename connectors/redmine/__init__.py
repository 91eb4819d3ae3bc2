"""Redmine, a project management system. Version 5.0 or later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, SecretStr, model_validator

from connectors.kit import Api, Connector, HttpSettings, Manners, Roles, open_http, secret
from connectors.redmine.house import House
from connectors.redmine.pm import RedminePm
from connectors.redmine.refusals import explain
from connectors.redmine.site import Site
from connectors.redmine.visitor import Visitor

__all__ = ["RedminePm", "RedmineSettings", "connector", "open_redmine"]

_SYSTEM = "redmine"
_MANNERS = Manners(explain=explain, pause=timedelta(seconds=5))
# It goes on with a call whose caller has left, and others may be queued before that one.
_SETTLE = timedelta(seconds=30)


class RedmineSettings(BaseModel, extra="forbid"):
    """An administrator's API key, and what this installation calls its things."""

    url: str
    app_url: str = ""
    """Where people open Redmine, if that is another address."""
    key: SecretStr | None = None
    key_file: Path | None = None
    tracker: str = "Task"
    team_role: str = "Developer"
    lead_role: str = "Manager"
    key_field: str = "cashward_key"
    billing_field: str = "billing_state"
    approved: tuple[str, ...] = ("approved", "invoiced")
    """Values of the billing field that say that somebody has approved the time."""
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _has_key(self) -> Self:
        if secret(self.key, self.key_file) is None:
            raise ValueError("Redmine needs key, or key_file")
        return self


@asynccontextmanager
async def open_redmine(settings: RedmineSettings) -> AsyncIterator[Roles]:
    """The role of Pm, ready; no call is made before there is work."""
    async with open_http(settings.url.rstrip("/"), settings.http) as http:
        key = secret(settings.key, settings.key_file)
        if key is None:
            raise ValueError("the settings name no key")
        visitor = Visitor(_SYSTEM, key)
        api = Api(_SYSTEM, http, visitor, settings.http.timeout_seconds, _MANNERS)
        house = House(
            app_url=(settings.app_url or settings.url).rstrip("/"),
            tracker=settings.tracker,
            team_role=settings.team_role,
            lead_role=settings.lead_role,
            key_field=settings.key_field,
            billing_field=settings.billing_field,
            approved=frozenset(settings.approved),
        )
        yield Roles(pm=RedminePm(Site(api, house), settings.http.settle(_SETTLE)))


connector = Connector(_SYSTEM, RedmineSettings, open_redmine)
