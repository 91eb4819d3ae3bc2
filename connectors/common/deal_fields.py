"""What Cashward reads and tells of a deal in fields of its own, which every CRM has alike."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, TypedDict

from connectors.common import fields
from connectors.common.fields import FieldReader
from domain.company import CompanyIds
from domain.deal import Contact, ContactRole, PlannedMilestone, SlaMetric
from domain.ids import DealId
from domain.money import Money
from domain.tax import TaxTreatment
from domain.write_back import WriteBack

KEY: Final = "cashward_key"
_MONEY = ("contracted", "billed", "credited", "paid", "outstanding")
_WORDS = ("project", "project_url", "attention")
_PROJECT = ("cashward_project", "cashward_project_url")
_PLACES = {role: place for place, role in enumerate([*ContactRole, None])}

Text = Callable[[str], str]
"""What a record has in a field, by the field's name; an unset one is empty."""


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


def terms(text: Text, notes: FieldReader, day: Callable[[str], date] = fields.day) -> Terms:
    """The contract terms; `day` reads a date as this vendor writes it."""
    return {
        "scope": text("cashward_scope"),
        "template": text("cashward_template"),
        "start": notes.read("dates", text("cashward_start"), day),
        "end": notes.read("dates", text("cashward_end"), day),
        "payment_days": notes.read("payment terms", text("cashward_payment_days"), fields.days),
        "tax": notes.read("tax", text("cashward_tax"), fields.choice(TaxTreatment)),
        "milestones": notes.lines("billing plan", text("cashward_billing_plan"), fields.milestone),
        "sla": notes.lines("sla", text("cashward_sla"), fields.sla_metric),
    }


def company_ids(text: Text) -> CompanyIds:
    return CompanyIds(
        company_id=text("cashward_company_id"),
        tax_id=text("cashward_tax_id"),
        vat_id=text("cashward_vat_id"),
    )


def check_key(id: DealId, text: Text, notes: FieldReader, *, came_by: str) -> None:
    """A deal with the key of another is not new; `came_by` says how it can have come by it."""
    key = text(KEY)
    if key and key != id:
        problem = (
            f"Cashward already carries this deal as {key}: it was {came_by}. "
            "If it is new business, clear its Cashward key"
        )
        notes.add("cashward key", problem)


def by_role(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """In the order of roles; those without one come last."""
    return tuple(sorted(contacts, key=lambda contact: (_PLACES[contact.role], contact.id)))


def told(command: WriteBack) -> dict[str, str]:
    """What the command says, by our fields' names; the key marks the deal as carried."""
    fields = {KEY: str(command.deal)}
    if command.stage is not None:
        fields["cashward_stage"] = command.stage.value
    for name in _MONEY:
        money: Money | None = getattr(command, name)
        if money is not None:
            fields[f"cashward_{name}"] = str(money.amount)
    for name in _WORDS:
        words: str | None = getattr(command, name)
        if words is not None:
            fields[f"cashward_{name}"] = words
    return fields


def to_clear(command: WriteBack, text: Text) -> Sequence[str]:
    """The fields of the project the command named, but for what was written over since.

    A command that names none clears whichever is there.
    """
    named = {name: value for name, value in told(command).items() if name in _PROJECT}
    if not named:
        return _PROJECT
    return [name for name, value in named.items() if value and text(name) == value]
