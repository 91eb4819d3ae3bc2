"""A deal as sales closed it, with the contract terms agreed in it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from domain.company import Account
from domain.ids import ContactId, DealId, MilestoneKey, OwnerId, slug_of
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.responsibility import Party
from domain.tax import TaxClass, TaxTreatment
from domain.value import Value


class ContactRole(StrEnum):
    """The role of a contact in the project and its invoices."""

    SPONSOR = "sponsor"
    PRODUCT_OWNER = "product_owner"
    KEY_USER = "key_user"
    BILLING_CONTACT = "billing_contact"


class CostType(StrEnum):
    """The kind of cost of a quote line: work, or a purchase."""

    LABOUR = "labour"
    EXPENSE = "expense"
    LICENCE = "licence"
    SUBCONTRACT = "subcontract"


class Unit(StrEnum):
    """The unit of a quantity."""

    HOUR = "hour"
    DAY = "day"
    PIECE = "piece"
    MONTH = "month"


class LineStatus(StrEnum):
    """Whether a quote line was sold, or stayed an option."""

    SOLD = "sold"
    OPTIONAL = "optional"


_HOURS = {Unit.HOUR: Decimal(1), Unit.DAY: Decimal(8)}


class Contact(Value):
    """A person at the customer. Name and e-mail are personal data: never in ids or logs."""

    id: ContactId
    role: ContactRole | None
    name: str = ""
    email: str = ""


class Discount(Value):
    """A reduction: a share in percent, or an amount."""

    share: Decimal | None = None
    amount: Money | None = None

    def on(self, price: Money) -> Money:
        """Return the reduction of this price."""
        return self.amount if self.amount is not None else price.share(self.share or Decimal(0))


class QuoteLine(Value):
    """One line of the quote: `quantity` units at `rate`, less its discount, make `amount`.

    Rate and amount are in the deal's currency; a free line has the amount zero. `hours` is the work
    planned for the whole line, where its unit is no time.
    """

    id: str
    name: str
    quantity: Decimal
    rate: Decimal
    amount: Money
    unit: Unit | None
    cost_type: CostType | None
    sku: str = ""
    hours: Decimal | None = None
    status: LineStatus = LineStatus.SOLD

    @property
    def discount(self) -> Money:
        return Money.rounded(self.quantity * self.rate, self.amount.currency) - self.amount

    @property
    def planned_hours(self) -> Decimal | None:
        """The hours of work that it sells, none for a purchase; None if it does not tell."""
        if self.cost_type is not CostType.LABOUR:
            return Decimal(0)
        if self.hours is not None or self.unit not in _HOURS:
            return self.hours
        return self.quantity * _HOURS[self.unit]


class PlannedMilestone(Value):
    """A milestone of the billing plan: its share of the fixed price in percent, or its amount.

    Without `due` it is billed on acceptance.
    """

    name: str
    share: Decimal | None = None
    amount: Money | None = None
    due: date | None

    @property
    def key(self) -> MilestoneKey:
        return MilestoneKey(slug_of(self.name))

    @model_validator(mode="after")
    def _is_share_or_amount(self) -> Self:
        if (self.share is None) == (self.amount is None):
            raise ValueError(f"{self.name!r} needs a share or an amount, and not both")
        return self


class SlaMetric(Value):
    """A promised level of service, such as `response P1`, `4 h`, `5 % of the monthly fee`."""

    metric: str
    target: str
    penalty: str = ""


class Finding(Value):
    """Something that stops a deal: which field, what is wrong, and who must mend it."""

    field: str
    problem: str
    responsible: Party


class Deal(Value):
    """A deal as the CRM has it. A field that the CRM leaves out is empty; pre-flight judges it.

    `unreadable` holds what was there but could not be understood.
    """

    id: DealId
    name: str
    url: str
    owner: OwnerId | None
    is_won: bool
    closed_at: datetime | None
    probability: Decimal
    value: Money | None
    account: Account | None
    contacts: tuple[Contact, ...] = ()
    lines: tuple[QuoteLine, ...] = ()
    discount: Discount | None = None
    scope: str = ""
    template: str = ""
    start: date | None = None
    end: date | None = None
    payment_terms: PaymentTerms | None = None
    tax: TaxTreatment | None = None
    """What sales proposed; pre-flight compares it with the determination."""
    tax_class: TaxClass | None = None
    """Standard, unless sales say otherwise."""
    milestones: tuple[PlannedMilestone, ...] = ()
    sla: tuple[SlaMetric, ...] = ()
    unreadable: tuple[Finding, ...] = ()

    @property
    def sold_lines(self) -> tuple[QuoteLine, ...]:
        return tuple(line for line in self.lines if line.status is LineStatus.SOLD)

    def contact(self, role: ContactRole) -> Contact | None:
        return next((contact for contact in self.contacts if contact.role is role), None)
