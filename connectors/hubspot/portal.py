"""One HubSpot account: its records, and the facts about it that seldom change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.common import Api, Cached, together
from connectors.hubspot.fields import wanted
from connectors.hubspot.paths import Paths
from connectors.hubspot.wire import (
    AccountInfo,
    Association,
    Associations,
    Batch,
    Page,
    Pipelines,
    PipelineStage,
    Record,
)
from ports.failures import Absent, Unreachable

_BATCH = 100
_ASSOCIATIONS = 500
_FACTS_LIVE = timedelta(minutes=5)

Stages = dict[str, PipelineStage]


class Portal:
    """Reads records with everything we want of them; each answer is fresh, but for search."""

    def __init__(self, api: Api, paths: Paths) -> None:
        self.api = api
        self.paths = paths
        self.info = Cached(self._read_info, _FACTS_LIVE)
        self.stages = Cached(self._read_stages, _FACTS_LIVE)

    @property
    def system(self) -> str:
        return self.api.system

    async def read(self, kind: str, id: str, *, associations: str = "") -> Record:
        query = {"properties": ",".join(wanted(kind))}
        if associations:
            query["associations"] = associations
        answer = await self.api.get(f"{self.paths.objects(kind)}/{{}}", id, query=query)
        return answer.read(Record)

    async def read_all(self, kind: str, ids: Iterable[str]) -> Mapping[str, Record]:
        """The records by the ids asked for, in their order; those that are gone are left out.

        A merged record answers to its old ids, and has a new one.
        """
        asked = list(dict.fromkeys(ids))
        async with together() as group:
            batches = [group.create_task(self._batch(kind, part)) for part in _parts(asked)]
        records = [record for batch in batches for record in batch.result()]
        found = {known_as: record for record in records for known_as in record.ids}
        return {each: found[each] for each in asked if each in found}

    async def associated(self, kind: str, id: str, others: str) -> Sequence[Association]:
        """All that hangs on a record, with labels, page after page."""
        found: list[Association] = []
        after: str | None = ""
        while after is not None:
            query = {"limit": _ASSOCIATIONS} | ({"after": after} if after else {})
            answer = await self.api.get(self.paths.associated(kind, others), id, query=query)
            page = answer.read(Associations)
            found += page.results
            after = page.after
        return found

    async def search(self, kind: str, body: Mapping[str, Any]) -> Page:
        path = f"{self.paths.objects(kind)}/search"
        return (await self.api.post(path, body=body, reads=True)).read(Page)

    async def stage(self, id: str) -> PipelineStage | None:
        """The stage with this id; one that we do not know yet is looked up."""
        known = (await self.stages.get()).get(id)
        return known or (await self.stages.again()).get(id)

    async def _batch(self, kind: str, ids: Sequence[str]) -> Sequence[Record]:
        body = {"properties": wanted(kind), "inputs": [{"id": each} for each in ids]}
        path = f"{self.paths.objects(kind)}/batch/read"
        batch = (await self.api.post(path, body=body, reads=True)).read(Batch)
        for error in batch.errors:
            if error.category != "OBJECT_NOT_FOUND":
                raise Unreachable(self.system, f"a batch was read in part: {error.message}")
        return batch.results

    async def _read_info(self) -> AccountInfo:
        return (await self.api.get(self.paths.account)).read(AccountInfo)

    async def _read_stages(self) -> Stages:
        answer = (await self.api.get(self.paths.pipelines("deals"))).read(Pipelines)
        return {stage.id: stage for pipeline in answer.results for stage in pipeline.stages}


def local(system: str, id: str) -> str:
    """HubSpot's own id in one of ours, such as `hubspot:51230000017`."""
    prefix, _, number = id.partition(":")
    if prefix != system or not (number.isascii() and number.isdecimal()):
        raise Absent(system, f"no deal {id!r}: ids of HubSpot deals look like {system}:51230000017")
    return number


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
