"""What a BottleCRM account needs: scopes and custom fields; how they are made and checked."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.bottlecrm.client import BottlecrmClient
from connectors.bottlecrm.models.account import Definition
from connectors.bottlecrm.models.fields import FIELDS, definition, field_type, option
from connectors.common.field_definitions import (
    INSTALLATION,
    FieldDefinition,
    installation_field,
)
from connectors.common.setup import problems_of
from ports.failures import Absent
from ports.probe import Probe

# Each needs the scope of its name, BottleCRM source: common/scopes.py
_READ = ("accounts", "contacts", "opportunities", "tasks", "activities")
_WRITTEN = ("opportunities", "tasks")
_NO_RECORD = "00000000-0000-0000-0000-000000000000"
_PATH = "/api/custom-fields/"
Known = Mapping[tuple[str, str], Definition]
Fields = Sequence[tuple[str, FieldDefinition]]


@dataclass(frozen=True)
class Gap:
    """Something that the account lacks; `id` is the definition to change, empty for a new one."""

    missing: str
    body: Mapping[str, Any]
    id: str = ""


async def set_up(client: BottlecrmClient, *, dry_run: bool) -> Sequence[str]:
    """Makes what is missing; a repeat changes nothing."""
    gaps = list(_gaps(_fields(client), await _known(client)))
    for gap in gaps if not dry_run else ():
        if gap.id:
            await client.api.put(f"{_PATH}{{}}/", gap.id, body=gap.body)
        else:
            await client.api.post(_PATH, body=gap.body)
    return [gap.missing for gap in gaps]


async def other_installations(client: BottlecrmClient) -> frozenset[str]:
    """Those that prepared the account: the options of our field."""
    found = (await _known(client)).get(("Opportunity", INSTALLATION))
    return frozenset(found.values if found else ()) - {client.references.installation}


async def probe(client: BottlecrmClient) -> Probe:
    """Raises Misconfigured if we cannot sign in; a missing scope or field is a problem."""
    profile, organization = await client.me(), await client.organization.again()
    problems = await problems_of(
        _check_role(profile.role),
        _check_fields(client),
        _check_won_stage(client),
        *(_check_read(client, path) for path in _READ),
        *(_check_write(client, path) for path in _WRITTEN),
    )
    return Probe(
        system=client.system,
        account=f"BottleCRM of {organization.name} ({organization.currency})",
        identity=f"profile {profile.id} ({profile.role})",
        problems=problems,
    )


async def _known(client: BottlecrmClient) -> Known:
    return {(each.record, each.key): each for each in await client.definitions()}


def _gaps(fields: Fields, known: Known) -> Iterator[Gap]:
    for order, (record, field) in enumerate(fields):
        name, found = f"field {record}.{field.name}", known.get((record, field.name))
        if found is None:
            yield Gap(name, definition(record, field, order))
        elif not found.is_active:
            yield Gap(name, {"is_active": True}, found.id)
        elif options := _more_options(record, field, found):
            yield Gap(f"options of {name}", {"options": options}, found.id)


def _more_options(record: str, field: FieldDefinition, known: Definition) -> list[dict[str, Any]]:
    """The known options and the missing ones; empty if none is missing."""
    missing = field.missing_options(known.values)
    if not missing or known.type != field_type(record, field):
        return []
    return [*(known.options or []), *map(option, missing)]


def _fields(client: BottlecrmClient) -> Fields:
    known = [(record, field) for record, fields in FIELDS.items() for field in fields]
    return [*known, ("Opportunity", installation_field(client.references.installation))]


async def _check_role(role: str) -> Sequence[str]:
    if role == "ADMIN":
        return []
    return ["the token's profile sees only its own deals: make it an ADMIN"]


async def _check_fields(client: BottlecrmClient) -> Sequence[str]:
    fields, known = _fields(client), await _known(client)
    conflicts = (
        f"{record}.{field.name} is a {found.type}, we need a {type_}:"
        " a type cannot be changed there, so an administrator must delete the field"
        for record, field in fields
        if (found := known.get((record, field.name)))
        and found.type != (type_ := field_type(record, field))
    )
    return [
        *(f"{gap.missing} is missing: prepare the account" for gap in _gaps(fields, known)),
        *conflicts,
    ]


async def _check_won_stage(client: BottlecrmClient) -> Sequence[str]:
    if await client.won_stages.again():
        return []
    return ["no pipeline has a stage that means won: sales must make one"]


async def _check_read(client: BottlecrmClient, path: str) -> Sequence[str]:
    await client.api.get(f"/api/{path}/", query={"limit": 1})
    return []


async def _check_write(client: BottlecrmClient, path: str) -> Sequence[str]:
    """Changes nothing, because no record has this id; a missing scope raises Misconfigured."""
    with suppress(Absent):
        await client.api.patch(f"/api/{path}/{{}}/", _NO_RECORD, body={})
    return []
