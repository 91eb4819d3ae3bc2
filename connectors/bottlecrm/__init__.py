"""BottleCRM, a CRM."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from connectors.bottlecrm.crm import BottleCrm
from connectors.bottlecrm.refusals import explain
from connectors.bottlecrm.site import Site
from connectors.kit import (
    Api,
    Connector,
    HttpSettings,
    Manners,
    Roles,
    StaticBearer,
    open_http,
    secret,
)

__all__ = ["BottleCrm", "BottlecrmSettings", "connector", "open_bottlecrm"]

_SYSTEM = "bottlecrm"
# Without its queue the site commits, then tries for up to 38 s before it says that it failed.
_SETTLE = timedelta(seconds=60)


class BottlecrmSettings(BaseModel, extra="forbid"):
    """A personal access token of an administrator's profile, in the settings or in a file.

    `url` is where the API is; `app_url` the site that people open.
    """

    url: str
    app_url: str = ""
    access_token: SecretStr | None = None
    access_token_file: Path | None = None
    page_size: int = Field(100, ge=2)
    http: HttpSettings = HttpSettings()

    @model_validator(mode="after")
    def _a_way_in(self) -> Self:
        if secret(self.access_token, self.access_token_file) is None:
            raise ValueError("BottleCRM needs an access_token")
        return self


@asynccontextmanager
async def open_bottlecrm(settings: BottlecrmSettings) -> AsyncIterator[Roles]:
    token = secret(settings.access_token, settings.access_token_file)
    if token is None:
        raise ValueError("the settings name no way in")
    async with open_http(settings.url, settings.http) as http:
        auth, timeout = StaticBearer(_SYSTEM, token), settings.http.timeout_seconds
        api = Api(_SYSTEM, http, auth, timeout, Manners(explain=explain))
        app_url = (settings.app_url or settings.url).rstrip("/")
        site = Site(api, app_url, settings.page_size)
        yield Roles(crm=BottleCrm(site, settings.http.settle(_SETTLE)))


connector = Connector(_SYSTEM, BottlecrmSettings, open_bottlecrm)
