"""What a BottleCRM account must have: the fields of ours, made where wanting, and what else is."""

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from connectors.bottlecrm.site import Site
from connectors.bottlecrm.wire import Definition
from connectors.common import together
from connectors.common.field_definitions import KEY
from domain.deal import ContactRole
from domain.tax import TaxTreatment
from domain.templates import TEMPLATES
from ports.failures import Absent, Misconfigured
from ports.probe import Probe

_PATH = "/api/custom-fields/"
_READ = ("accounts", "contacts", "opportunities", "tasks", "activities")
_WRITTEN = ("opportunities", "tasks")
_NOBODY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Field:
    """A field of ours: its type there, and the values it may take if they are listed."""

    key: str
    label: str
    type: str = "text"
    options: tuple[str, ...] = ()

    def definition(self, kind: str, place: int) -> dict[str, object]:
        told: dict[str, object] = {
            "target_model": kind,
            "key": self.key,
            "label": self.label,
            "field_type": self.type,
            "display_order": place,
        }
        if self.options:
            told["options"] = [_option(each) for each in self.options]
        return told


def _option(value: str) -> dict[str, str]:
    return {"value": value, "label": value.replace("_", " ").capitalize()}


def ticks(role: ContactRole) -> str:
    """The check box on a contact that gives it this role."""
    return f"cashward_{role.value}"


def _choice(key: str, label: str, choices: type[StrEnum] | Mapping[str, object]) -> Field:
    return Field(key, label, "dropdown", tuple(map(str, choices)))


# Figures are texts: a number there is a binary float, and nothing filters or sums it anyway.
FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    "Opportunity": (
        Field("cashward_scope", "Agreed scope", "textarea"),
        _choice("cashward_template", "Project template", TEMPLATES),
        Field("cashward_start", "Project start", "date"),
        Field("cashward_end", "Project end", "date"),
        Field("cashward_payment_days", "Payment days", "number"),
        _choice("cashward_tax", "Tax treatment", TaxTreatment),
        Field("cashward_currency", "Currency, where BottleCRM lacks it (such as CZK)"),
        Field("cashward_billing_plan", "Billing plan (name; share %; YYYY-MM-DD)", "textarea"),
        Field("cashward_sla", "SLA (metric; target; penalty)", "textarea"),
        Field(KEY, "Cashward key"),
        Field("cashward_stage", "Cashward stage"),
        Field("cashward_contracted", "Contracted"),
        Field("cashward_billed", "Billed, net"),
        Field("cashward_credited", "Credited, net"),
        Field("cashward_paid", "Paid, with VAT"),
        Field("cashward_outstanding", "Outstanding, with VAT"),
        Field("cashward_project", "Project"),
        Field("cashward_project_url", "Project link"),
        Field("cashward_attention", "What Cashward waits for", "textarea"),
    ),
    "Account": (
        Field("cashward_company_id", "Company id (IČO)"),
        Field("cashward_tax_id", "Tax id (DIČ)"),
        Field("cashward_vat_id", "VAT id (IČ DPH)"),
    ),
    "Contact": tuple(
        Field(ticks(role), role.value.replace("_", " ").capitalize(), "checkbox")
        for role in ContactRole
    ),
    "Task": (Field(KEY, "Cashward key"),),
}


def keys(kind: str) -> set[str]:
    return {field.key for field in FIELDS[kind]}


@dataclass(frozen=True)
class Gap:
    """Something that the account lacks, in words, and what is sent to make it."""

    lacks: str
    body: dict[str, Any]
    known: str = ""
    """The id of the definition to change; empty where there is none yet."""


async def prepare(site: Site, *, dry_run: bool) -> Sequence[str]:
    """Make what is wanting; making what is there already changes nothing."""
    gaps = list(_gaps(_by_key(await site.definitions())))
    for gap in gaps if not dry_run else ():
        if gap.known:
            await site.api.put(f"{_PATH}{{}}/", gap.known, body=gap.body)
        else:
            await site.api.post(_PATH, body=gap.body)
    return [gap.lacks for gap in gaps]


async def probe(site: Site) -> Probe:
    """Raises Misconfigured if we are not let in at all; a missing scope or field is `wanting`."""
    me, organization = (await site.me()).profile, await site.organization.again()
    checks = [_fits(site), _has_won_stage(site), *(_reads(site, each) for each in _READ)]
    checks += [_writes(site, each) for each in _WRITTEN]
    async with together() as group:
        asked = [group.create_task(_complaints(check)) for check in checks]
    complaints = [complaint for each in asked for complaint in each.result()]
    if me.role != "ADMIN":
        complaints.insert(0, "the token's profile sees only its own deals: make it an ADMIN")
    return Probe(
        system=site.system,
        account=f"BottleCRM of {organization.name} ({organization.currency})",
        identity=f"profile {me.id} ({me.role})",
        problems=tuple(dict.fromkeys(complaints)),
    )


async def has_field(site: Site, kind: str, key: str) -> bool:
    known = _by_key(await site.definitions()).get((kind, key))
    return known is not None and known.is_active


def _by_key(definitions: Sequence[Definition]) -> dict[tuple[str, str], Definition]:
    return {(each.kind, each.key): each for each in definitions}


def _gaps(known: dict[tuple[str, str], Definition]) -> Iterator[Gap]:
    for kind, fields in FIELDS.items():
        for place, field in enumerate(fields):
            found = known.get((kind, field.key))
            if found is None:
                yield Gap(f"field {kind}.{field.key}", field.definition(kind, place))
            elif not found.is_active:
                yield Gap(f"field {kind}.{field.key}", {"is_active": True}, found.id)
            elif more := _more_options(field, found):
                yield Gap(f"options of field {kind}.{field.key}", {"options": more}, found.id)


def _more_options(field: Field, known: Definition) -> list[dict[str, Any]]:
    """The options there and those wanting, or nothing if none is."""
    missing = [value for value in field.options if value not in known.values]
    if not missing or known.type != field.type:
        return []
    return [*(known.options or []), *map(_option, missing)]


async def _complaints(check: Awaitable[Sequence[str]]) -> Sequence[str]:
    try:
        return await check
    except Misconfigured as wrong:
        return [wrong.reason]


async def _fits(site: Site) -> Sequence[str]:
    known = _by_key(await site.definitions())
    lacks = [f"{gap.lacks} is missing: prepare the account" for gap in _gaps(known)]
    conflicts = [
        f"{kind}.{field.key} is a {found.type}, we need a {field.type}:"
        " a type cannot be changed there, so an administrator must delete the field"
        for kind, fields in FIELDS.items()
        for field in fields
        if (found := known.get((kind, field.key))) and found.type != field.type
    ]
    return [*lacks, *conflicts]


async def _has_won_stage(site: Site) -> Sequence[str]:
    found = await site.won_codes.again()
    return [] if found else ["no pipeline has a stage that means won: sales must make one"]


async def _reads(site: Site, kind: str) -> Sequence[str]:
    await site.api.get(f"/api/{kind}/", query={"limit": 1})
    return []


async def _writes(site: Site, kind: str) -> Sequence[str]:
    """No record has this id, so nothing is changed; without the scope it is another refusal."""
    with suppress(Absent):
        await site.api.patch(f"/api/{kind}/{{}}/", _NOBODY, body={})
    return []
