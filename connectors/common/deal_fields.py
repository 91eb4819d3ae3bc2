"""A deal's values in the fields that Cashward defines in every CRM."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypedDict

from connectors.common import fields
from connectors.common.field_definitions import KEY
from connectors.common.fields import FieldReader
from connectors.common.references import References
from domain.company import CompanyIds
from domain.deal import Contact, ContactRole, Discount, PlannedMilestone, SlaMetric
from domain.ids import DealId
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.reconciliation import WrittenRevenue
from domain.tax import TaxClass, TaxTreatment
from domain.write_back import WriteBack
from ports.failures import Rejected

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
    payment_terms: PaymentTerms | None
    tax: TaxTreatment | None
    tax_class: TaxClass | None
    milestones: tuple[PlannedMilestone, ...]
    sla: tuple[SlaMetric, ...]
    discount: Discount | None


def terms(text: Text, reader: FieldReader, day: Callable[[str], date] = fields.day) -> Terms:
    """The contract terms; `day` reads a date as this vendor writes it."""
    return {
        "scope": text("cashward_scope"),
        "template": text("cashward_template"),
        "start": reader.read("dates", text("cashward_start"), day),
        "end": reader.read("dates", text("cashward_end"), day),
        "payment_terms": reader.read(
            "payment terms", text("cashward_payment_terms"), fields.payment_terms
        ),
        "tax": reader.read("tax", text("cashward_tax"), fields.choice(TaxTreatment)),
        "tax_class": reader.read("tax class", text("cashward_tax_class"), fields.choice(TaxClass)),
        "milestones": reader.lines("billing plan", text("cashward_billing_plan"), fields.milestone),
        "sla": reader.lines("sla", text("cashward_sla"), fields.sla_metric),
        "discount": reader.read("discount", text("cashward_discount"), fields.discount),
    }


def legal_name(text: Text) -> str:
    return text("cashward_legal_name")


def company_ids(text: Text) -> CompanyIds:
    return CompanyIds(
        company_id=text("cashward_company_id"),
        tax_id=text("cashward_tax_id"),
        vat_id=text("cashward_vat_id"),
    )


@dataclass(frozen=True, kw_only=True)
class DealKey:
    """The key that ties a record to the one deal that is carried on it.

    `record` is the id that the record has now: a CRM may answer with another one after a merge.
    """

    references: References
    deal: DealId
    record: DealId

    @property
    def ours(self) -> str:
        return self.references.of(self.deal)

    def fits(self, key: str) -> bool:
        return key == self.ours or (not key and self.record == self.deal)

    def check(self, text: Text, reader: FieldReader) -> None:
        if problem := self._problem(text(KEY)):
            reader.add("cashward key", problem)

    def require(self, command: WriteBack, text: Text) -> None:
        """Raises Rejected where the command would write to a record of another deal.

        A command that only asks is let through, for those who put the key right; not to a deal of
        another installation.
        """
        key = text(KEY)
        may_pass = command.only_asks and not self.references.is_foreign(key)
        if not may_pass and (problem := self._problem(key)):
            raise Rejected(self.deal.partition(":")[0], problem)

    def _problem(self, key: str) -> str:
        if self.fits(key):
            return ""
        return (
            f"{self._other(key)}: no record is carried twice. To carry it as {self.deal}, set its "
            f"Cashward key to {self.ours} and abort the other"
        )

    def _other(self, key: str) -> str:
        if not key:
            return f"{self.deal} was merged into {self.record}"
        if self.references.owns(key):
            other = self.references.subject(key)
            return f"Cashward carries {self.record} as {other}, which was merged or copied"
        return f"another installation of Cashward carries {self.record}, under the key {key}"


def by_role(contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Sort by role; those without one come last."""
    return tuple(sorted(contacts, key=lambda contact: (_PLACES[contact.role], contact.id)))


def to_fields(command: WriteBack, key: DealKey) -> dict[str, str]:
    """Return the command's values by field name; the key ties the record to the deal."""
    values = {} if command.only_asks else {KEY: key.ours}
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


def written_revenue(deal: DealId, references: References, text: Text) -> WrittenRevenue | None:
    """Read the figures on a record back; None if it is another's. What is no number is not set."""
    if not DealKey(references=references, deal=deal, record=deal).fits(text(KEY)):
        return None
    figures: dict[str, Decimal] = {}
    for name in WrittenRevenue.model_fields:
        with suppress(InvalidOperation):
            figures[name] = Decimal(text(f"cashward_{name}"))
    return WrittenRevenue(**figures)


def to_clear(command: WriteBack, key: DealKey, text: Text) -> Sequence[str]:
    """The project fields that still hold what the command wrote, unless it is another's record.

    A command without a project clears both fields.
    """
    if not key.fits(text(KEY)):
        return ()
    named = {name: value for name, value in to_fields(command, key).items() if name in _PROJECT}
    if not named:
        return _PROJECT
    return [name for name, value in named.items() if value and text(name) == value]
