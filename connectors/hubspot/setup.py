"""What a HubSpot account needs: scopes, properties and labels; how they are made and checked."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from connectors.common import Response, all_of, together
from connectors.common.field_definitions import (
    INSTALLATION,
    ROLE_LABELS,
    FieldDefinition,
    installation_field,
)
from connectors.common.setup import problems_of
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.models.account import Property, PropertyGroup
from connectors.hubspot.models.fields import FIELDS, GROUP, definition, option, property_type
from connectors.hubspot.models.records import AssociationType, BatchResult
from ports.failures import Absent, Rejected
from ports.probe import Probe

_READ = ("deals", "companies", "contacts", "line_items")
# HubSpot has no scope of its own for tasks: the scope of contacts opens them.
_WRITTEN = ("deals", "tasks")
# docs/scopes. Reading pipelines and properties
# takes the scope that reads the records; `crm.schemas.line_items.write` does not exist.
SCOPES: Final = frozenset(
    {
        *("crm.objects.deals.read", "crm.objects.deals.write"),
        *("crm.objects.contacts.read", "crm.objects.contacts.write"),
        *("crm.objects.companies.read", "crm.objects.line_items.read"),
        *("crm.schemas.deals.write", "crm.schemas.companies.write", "e-commerce"),
    }
)
# No record has this id: HubSpot's ids are positive.
_NO_RECORD = "0"


@dataclass(frozen=True)
class Gap:
    """Something that the account lacks, and the call that makes it."""

    missing: tuple[str, ...]
    method: str
    path: str
    body: dict[str, Any]


class HubspotSetup:
    """Compares the account with what we need; a repeat of the set-up changes nothing."""

    def __init__(self, client: HubspotClient) -> None:
        self._client = client
        self._api = client.api
        self._paths = client.paths
        self._own_name = client.references.installation
        self._fields = {**FIELDS, "deals": (*FIELDS["deals"], installation_field(self._own_name))}

    async def set_up(self, *, dry_run: bool) -> Sequence[str]:
        gaps, _ = await self.compare()
        for gap in gaps if not dry_run else ():
            await self.close(gap)
        return [name for gap in gaps for name in gap.missing]

    async def probe(self, identity: str) -> Probe:
        """Raises Misconfigured if we cannot sign in; a missing scope or field is a problem."""
        info = await self._client.info.again()
        problems = await problems_of(
            *(self._check_read(kind) for kind in _READ),
            *(self._check_write(kind) for kind in _WRITTEN),
            self._check_fields(),
            self._check_won_stage(),
        )
        account = f"HubSpot {info.portal} ({info.kind.lower()}, {info.currency})"
        system = self._client.system
        return Probe(system=system, account=account, identity=identity, problems=problems)

    async def other_installations(self) -> frozenset[str]:
        """Those that prepared the account: the options of our field."""
        path = f"{self._paths.properties('deals')}/{{}}"
        with suppress(Absent):
            found = (await self._api.get(path, INSTALLATION)).read(Property)
            return frozenset(option.value for option in found.options) - {self._own_name}
        return frozenset()

    async def compare(self) -> tuple[Sequence[Gap], Sequence[str]]:
        """The gaps that we can close, and the conflicts that a person must solve."""
        async with together() as group:
            kinds = {kind: group.create_task(self._properties(kind)) for kind in self._fields}
            labels = group.create_task(self._labels())
        gaps: list[Gap] = []
        conflicts: list[str] = []
        for kind, read in kinds.items():
            groups, properties = read.result()
            gaps += self._property_gaps(kind, groups, properties)
            conflicts += _conflicts(self._fields[kind], kind, properties)
        return [*gaps, *self._label_gaps(labels.result())], conflicts

    async def close(self, gap: Gap) -> None:
        send = self._api.patch if gap.method == "PATCH" else self._api.post
        response = await send(gap.path, body=gap.body)
        if response.status == 207:
            self._check_created(response)

    def _property_gaps(
        self, kind: str, groups: set[str], known: dict[str, Property]
    ) -> Iterator[Gap]:
        path = self._paths.properties(kind)
        if GROUP not in groups:
            body = {"name": GROUP, "label": "Cashward", "displayOrder": -1}
            yield Gap((f"property group {kind}.{GROUP}",), "POST", f"{path}/groups", body)
        missing = [field for field in self._fields[kind] if field.name not in known]
        if missing:
            names = tuple(f"property {kind}.{field.name}" for field in missing)
            inputs = [definition(field) for field in missing]
            yield Gap(names, "POST", f"{path}/batch/create", {"inputs": inputs})
        for field in self._fields[kind]:
            if field.name in known and (options := _more_options(field, known[field.name])):
                name = f"options of property {kind}.{field.name}"
                yield Gap((name,), "PATCH", f"{path}/{field.name}", {"options": options})

    def _label_gaps(self, known: set[str]) -> Iterator[Gap]:
        path = self._paths.labels("deals", "contacts")
        for role, label in ROLE_LABELS.items():
            if label.casefold() not in known:
                body = {"name": role.value, "label": label}
                yield Gap((f"contact label {label!r}",), "POST", path, body)

    def _check_created(self, response: Response) -> None:
        """Another program may have made some of them meanwhile; any other error is a refusal."""
        for error in response.read(BatchResult).errors:
            if error.category != "OBJECT_ALREADY_EXISTS":
                raise Rejected(self._client.system, f"a property was refused: {error.message}")

    async def _properties(self, kind: str) -> tuple[set[str], dict[str, Property]]:
        path = self._paths.properties(kind)
        groups, properties = await all_of(map(self._api.get, (f"{path}/groups", path)))
        names = {found.name for found in groups.read(list[PropertyGroup], "results")}
        known = properties.read(list[Property], "results")
        return names, {found.name: found for found in known if not found.archived}

    async def _labels(self) -> set[str]:
        response = await self._api.get(self._paths.labels("deals", "contacts"))
        found = response.read(list[AssociationType], "results")
        return {each.label.casefold() for each in found if each.label}

    async def _check_read(self, kind: str) -> Sequence[str]:
        await self._api.get(self._paths.objects(kind), query={"limit": 1})
        return []

    async def _check_write(self, kind: str) -> Sequence[str]:
        """Changes nothing, because no record has this id; a missing scope raises Misconfigured."""
        with suppress(Rejected):
            await self._client.update(kind, _NO_RECORD, {})
        return []

    async def _check_fields(self) -> Sequence[str]:
        gaps, conflicts = await self.compare()
        missing = (name for gap in gaps for name in gap.missing)
        return [*(f"{name} is missing: prepare the account" for name in missing), *conflicts]

    async def _check_won_stage(self) -> Sequence[str]:
        if any(stage.is_won for stage in (await self._client.stages.get()).values()):
            return []
        return ["no deal pipeline has a stage of probability 1.0: sales must make one"]


def _more_options(field: FieldDefinition, known: Property) -> list[dict[str, Any]]:
    """The known options and the missing ones; empty if none is missing."""
    missing = field.missing_options(found.value for found in known.options)
    if not missing or known.type != property_type(field):
        return []
    kept = [found.model_dump(by_alias=True) for found in known.options]
    return [*kept, *(option(value, len(kept) + n) for n, value in enumerate(missing))]


def _conflicts(
    fields: Sequence[FieldDefinition], kind: str, known: dict[str, Property]
) -> Iterator[str]:
    for field in fields:
        found, type_ = known.get(field.name), property_type(field)
        if found and found.type != type_:
            way_out = "archive or rename it in HubSpot, then prepare the account again"
            yield f"{kind}.{field.name} is a {found.type}, we need a {type_}: {way_out}"
