"""The calls that the HubSpot connector makes: sign-in, paths of the API version, paging."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.common import (
    Anonymous,
    Api,
    ApiProfile,
    Auth,
    Cached,
    Http,
    OAuthRefresh,
    References,
    StaticBearer,
    TokenEndpoint,
    VendorClient,
    all_of,
    batches,
    open_http,
    require_secret,
    secret,
)
from connectors.hubspot.errors import explain
from connectors.hubspot.models.account import AccountInfo, Pipeline, PipelineStage
from connectors.hubspot.models.fields import properties_of
from connectors.hubspot.models.records import (
    CHANGED,
    Association,
    Associations,
    Batch,
    Page,
    Record,
    changes_search,
)
from connectors.hubspot.models.values import moment
from connectors.hubspot.settings import HubspotSettings
from ports.failures import Absent, Unreachable

SYSTEM: Final = "hubspot"
# The header and the window of the burst limit: docs/usage-guidelines
_PROFILE = ApiProfile(
    explain=explain, pause=timedelta(seconds=10), request_id="x-hubspot-correlation-id"
)
# The largest batch of a read: docs/crm/objects
_BATCH_SIZE = 100
# The largest page of associations: docs/crm/associations
_ASSOCIATIONS_PAGE = 500
_ACCOUNT_CACHE_TIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Paths:
    """The paths of one API version: `v3`, or a date such as `2026-03`.

    v4 associations end on 30 March 2027 and v3 in September 2027; a dated version lives 18 months.
    """

    version: str

    @property
    def is_dated(self) -> bool:
        return self.version != "v3"

    def objects(self, kind: str) -> str:
        return self._crm("objects", kind)

    def properties(self, kind: str) -> str:
        return self._crm("properties", kind)

    def pipelines(self, kind: str) -> str:
        return self._crm("pipelines", kind)

    def associations(self, kind: str, others: str) -> str:
        """The associations of one record: the place takes its id."""
        root = f"objects/{self.version}" if self.is_dated else "v4/objects"
        return f"/crm/{root}/{kind}/{{}}/associations/{others}"

    def labels(self, kind: str, others: str) -> str:
        root = f"associations/{self.version}" if self.is_dated else "v4/associations"
        return f"/crm/{root}/{kind}/{others}/labels"

    @property
    def account(self) -> str:
        return f"/account-info/{self.version}/details"

    @property
    def token(self) -> str:
        return f"/oauth/{self.version}/token" if self.is_dated else "/oauth/v1/token"

    def _crm(self, api: str, kind: str) -> str:
        root = f"{api}/{self.version}" if self.is_dated else f"v3/{api}"
        return f"/crm/{root}/{kind}"


class HubspotClient(VendorClient[HubspotSettings]):
    """Reads records with all the properties we want; each response is fresh, except a search."""

    def __init__(self, api: Api, settings: HubspotSettings, references: References) -> None:
        super().__init__(api, settings, references)
        self.paths = Paths(settings.api_version)
        self.info = Cached(self._read_info, _ACCOUNT_CACHE_TIME)
        self.stages = Cached(self._read_stages, _ACCOUNT_CACHE_TIME)

    def local_id(self, deal: str) -> str:
        """HubSpot's own id of a deal such as `hubspot:51230000017`. Raises Absent."""
        prefix, _, number = deal.partition(":")
        if prefix != self.system or not (number.isascii() and number.isdecimal()):
            form = f"{self.system}:51230000017"
            raise Absent(self.system, f"no deal {deal!r}: ids of HubSpot deals look like {form}")
        return number

    async def read_tenant(self) -> str:
        return str((await self.info.get()).portal)

    async def read(self, kind: str, id: str, *, associations: str = "") -> Record:
        query = {"properties": ",".join(properties_of(kind))}
        if associations:
            query["associations"] = associations
        response = await self.api.get(f"{self.paths.objects(kind)}/{{}}", id, query=query)
        return response.read(Record)

    async def update(self, kind: str, id: str, properties: Mapping[str, str]) -> Record:
        path = f"{self.paths.objects(kind)}/{{}}"
        return (await self.api.patch(path, id, body={"properties": properties})).read(Record)

    async def read_all(self, kind: str, ids: Iterable[str]) -> Mapping[str, Record]:
        """Read records by id, in the order of the ids; leave out those that are gone.

        A merged record answers to its old ids, and has a new one.
        """
        asked = list(dict.fromkeys(ids))
        parts = await all_of(self._batch(kind, part) for part in batches(asked, _BATCH_SIZE))
        records = [record for part in parts for record in part]
        found = {each: record for record in records for each in record.ids}
        return {each: found[each] for each in asked if each in found}

    async def associations(self, kind: str, id: str, others: str) -> Sequence[Association]:
        """All associations of a record with their labels, page after page."""
        found: list[Association] = []
        after: str | None = ""
        while after is not None:
            query = {"limit": _ASSOCIATIONS_PAGE} | ({"after": after} if after else {})
            response = await self.api.get(self.paths.associations(kind, others), id, query=query)
            page = response.read(Associations)
            found += page.results
            after = page.after
        return found

    async def search(self, kind: str, body: Mapping[str, Any]) -> Page:
        path = f"{self.paths.objects(kind)}/search"
        return (await self.api.post(path, body=body, reads=True)).read(Page)

    async def changes(
        self,
        kind: str,
        since: datetime,
        *alternatives: Mapping[str, Any],
        properties: Sequence[str],
    ) -> AsyncIterator[Record]:
        """Read the records that fit one of the filters, oldest change first.

        It reads page by page; each begins at the last change seen, so that none is skipped.

        Where one moment fills a page, the next page is read by offset.
        """
        after: str | None = None
        while True:
            body = changes_search(alternatives, properties, since, after, self.settings.page_size)
            page = await self.search(kind, body)
            for record in page.results:
                yield record
            if page.after is None:
                return
            last = moment(page.results[-1].text(CHANGED))
            since, after = (last, None) if last > since else (since, page.after)

    async def stage(self, id: str) -> PipelineStage | None:
        """The stage with this id; an unknown one is looked up again."""
        return await self.stages.find(lambda stages: stages.get(id))

    async def _batch(self, kind: str, ids: Sequence[str]) -> Sequence[Record]:
        body = {"properties": properties_of(kind), "inputs": [{"id": each} for each in ids]}
        path = f"{self.paths.objects(kind)}/batch/read"
        batch = (await self.api.post(path, body=body, reads=True)).read(Batch)
        for error in batch.errors:
            if error.category != "OBJECT_NOT_FOUND":
                raise Unreachable(self.system, f"a batch was read in part: {error.message}")
        return batch.results

    async def _read_info(self) -> AccountInfo:
        return (await self.api.get(self.paths.account)).read(AccountInfo)

    async def _read_stages(self) -> dict[str, PipelineStage]:
        response = await self.api.get(self.paths.pipelines("deals"))
        pipelines = response.read(list[Pipeline], "results")
        return {stage.id: stage for pipeline in pipelines for stage in pipeline.stages}


@asynccontextmanager
async def open_client(
    settings: HubspotSettings, references: References
) -> AsyncIterator[HubspotClient]:
    async with open_http(settings.url, settings.http) as http:
        api = Api(SYSTEM, http, _auth(settings, http), _PROFILE)
        yield HubspotClient(api, settings, references)


def _auth(settings: HubspotSettings, http: Http) -> Auth:
    if token := secret(settings.access_token, settings.access_token_file):
        return StaticBearer(SYSTEM, token)
    client_secret = require_secret(settings.client_secret, settings.client_secret_file)
    refresh_token = require_secret(settings.refresh_token, settings.refresh_token_file)
    api = Api(SYSTEM, http, Anonymous(), _PROFILE)
    endpoint = TokenEndpoint(
        api, Paths(settings.api_version).token, settings.client_id, client_secret
    )
    return OAuthRefresh(endpoint, refresh_token)
