"""A deal's values in the fields that Cashward defines in every CRM."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypedDict

from connectors.common import fields
from connectors.common.field_definitions import KEY
from connectors.common.fields import FieldReader
from domain.company import CompanyIds
from domain.deal import Contact, ContactRole, PlannedMilestone, SlaMetric
from domain.ids import DealId
from domain.money import Money
from domain.tax import TaxTreatment
from domain.write_back import WriteBack

_MONEY = ("contracted", "billed", "credited", "paid", "outstanding")
_TEXTS = ("project", "project_url", "attention")
_PROJECT = ("cashward_project", "cashward_project_url")
_PLACES = {role: place for place, role in enumerate([*ContactRole, None])}

Text = Callable[[str], str]
"""Reads a field of a record by its name; an unset field is empty."""


class Terms(TypedDict):
    """The part of a Deal that people put into our fields."""

    scope: str
    template: str
    start: date | None
    end: date | None
    payment_days: int | None
    tax: TaxTreatment | None
    milestones: tuple[PlannedMilestone, ...]
    sla: tuple[SlaMetric, ...]


def terms(text: Text, reader: FieldReader, day: Callable[[str], date] = fields.day) -> Terms:
    """The contract terms; `day` reads a date as this vendor writes it."""
    return {
        "scope": text("cashward_scope"),
        "template": text("cashward_template"),
        "start": reader.read("dates", text("cashward_start"), day),
        "end": reader.read("dates", text("cashward_end"), day),
        "payment_days": reader.read("payment terms", text("cashward_payment_days"), fields.days),
        "tax": reader.read("tax", text("cashward_tax"), fields.choice(TaxTreatment)),
        "milestones": reader.lines("billing plan", text("cashward_billing_plan"), fields.milestone),
        "sla": reader.lines("sla", text("cashward_sla"), fields.sla_metric),
    }


def company_ids(text: Text) -> CompanyIds:
    return CompanyIds(
        company_id=text("cashward_company_id"),
        tax_id=text("cashward_tax_id"),
        vat_id=text("cashward_vat_id"),
    )


def check_key(id: DealId, text: Text, reader: FieldReader, *, cause: str) -> None:
    """Check that a deal has not the key of another deal; `cause` says how that happens."""
    key = text(KEY)
    if key and key != id:
        problem = (
            f"Cashward already carries this deal as {key}: it was {cause}. "
            "If it is new business, clear its Cashward key"
        )
        reader.add("cashward key", problem)


def by_role(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Sort by role; those without one come last."""
    return tuple(sorted(contacts, key=lambda contact: (_PLACES[contact.role], contact.id)))


def to_fields(command: WriteBack) -> dict[str, str]:
    """Return the command's values by field name; the key marks the deal as ours."""
    values = {KEY: str(command.deal)}
    if command.stage is not None:
        values["cashward_stage"] = command.stage.value
    for name in _MONEY:
        money: Money | None = getattr(command, name)
        if money is not None:
            values[f"cashward_{name}"] = str(money.amount)
    for name in _TEXTS:
        value: str | None = getattr(command, name)
        if value is not None:
            values[f"cashward_{name}"] = value
    return values


def to_clear(command: WriteBack, text: Text) -> Sequence[str]:
    """The project fields that still hold what the command wrote.

    A command without a project clears both fields.
    """
    named = {name: value for name, value in to_fields(command).items() if name in _PROJECT}
    if not named:
        return _PROJECT
    return [name for name, value in named.items() if value and text(name) == value]
