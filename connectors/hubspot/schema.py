"""The fields and labels in a HubSpot account: which are wanting, and how they are made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.common import Response, together
from connectors.hubspot.fields import FIELDS, GROUP, LABELS, Field, option
from connectors.hubspot.portal import Portal
from connectors.hubspot.wire import Groups, Labels, Partial, Properties, Property
from ports.failures import Rejected


@dataclass(frozen=True)
class Gap:
    """Something that the account lacks, in words, and the call that makes it."""

    lacks: tuple[str, ...]
    method: str
    path: str
    body: dict[str, Any]


class Schema:
    """Compares the account with what we need; making what is there already changes nothing."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._api = portal.api
        self._paths = portal.paths

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        gaps, _ = await self.compare()
        for gap in gaps if not dry_run else ():
            await self._close(gap)
        return [thing for gap in gaps for thing in gap.lacks]

    async def compare(self) -> tuple[Sequence[Gap], Sequence[str]]:
        """What can be made, and what stands in the way as one sentence each."""
        async with together() as group:
            kinds = {kind: group.create_task(self._read(kind)) for kind in FIELDS}
            labels = group.create_task(self._read_labels())
        gaps: list[Gap] = []
        conflicts: list[str] = []
        for kind, read in kinds.items():
            groups, properties = read.result()
            gaps += self._kind_gaps(kind, groups, properties)
            conflicts += _conflicts(kind, properties)
        return [*gaps, *self._label_gaps(labels.result())], conflicts

    def _kind_gaps(self, kind: str, groups: set[str], known: dict[str, Property]) -> Iterator[Gap]:
        path = self._paths.properties(kind)
        if GROUP not in groups:
            body = {"name": GROUP, "label": "Cashward", "displayOrder": -1}
            yield Gap((f"property group {kind}.{GROUP}",), "POST", f"{path}/groups", body)
        missing = [field for field in FIELDS[kind] if field.name not in known]
        if missing:
            lacks = tuple(f"property {kind}.{field.name}" for field in missing)
            inputs = [field.definition() for field in missing]
            yield Gap(lacks, "POST", f"{path}/batch/create", {"inputs": inputs})
        for field in FIELDS[kind]:
            if field.name in known and (options := _more_options(field, known[field.name])):
                lack = f"options of property {kind}.{field.name}"
                yield Gap((lack,), "PATCH", f"{path}/{field.name}", {"options": options})

    def _label_gaps(self, known: set[str]) -> Iterator[Gap]:
        path = self._paths.labels("deals", "contacts")
        for role, label in LABELS.items():
            if label.casefold() not in known:
                body = {"name": role.value, "label": label}
                yield Gap((f"contact label {label!r}",), "POST", path, body)

    async def _close(self, gap: Gap) -> None:
        send = self._api.patch if gap.method == "PATCH" else self._api.post
        answer = await send(gap.path, body=gap.body)
        if answer.status == 207:
            self._check_created(answer)

    def _check_created(self, answer: Response) -> None:
        """Another hand may have made some of them meanwhile; anything else is a refusal."""
        for error in answer.read(Partial).errors:
            if error.category != "OBJECT_ALREADY_EXISTS":
                raise Rejected(self._portal.system, f"a property was refused: {error.message}")

    async def _read(self, kind: str) -> tuple[set[str], dict[str, Property]]:
        path = self._paths.properties(kind)
        async with together() as group:
            groups = group.create_task(self._api.get(f"{path}/groups"))
            properties = group.create_task(self._api.get(path))
        named = {found.name for found in groups.result().read(Groups).results}
        known = properties.result().read(Properties).results
        return named, {found.name: found for found in known if not found.archived}

    async def _read_labels(self) -> set[str]:
        answer = await self._api.get(self._paths.labels("deals", "contacts"))
        return {found.label.casefold() for found in answer.read(Labels).results if found.label}


def _more_options(field: Field, known: Property) -> list[dict[str, Any]]:
    """The options there and those wanting, or nothing if none is."""
    there = {found.value for found in known.options}
    missing = [value for value in field.options if value not in there]
    if not missing or known.type != field.type:
        return []
    kept = [found.model_dump(by_alias=True) for found in known.options]
    return [*kept, *(option(value, len(kept) + n) for n, value in enumerate(missing))]


def _conflicts(kind: str, known: dict[str, Property]) -> Iterator[str]:
    for field in FIELDS[kind]:
        found = known.get(field.name)
        if found and found.type != field.type:
            way_out = "archive or rename it in HubSpot, then prepare the account again"
            yield f"{kind}.{field.name} is a {found.type}, we need a {field.type}: {way_out}"
