"""The check before anything is touched: is the deal complete enough to deliver and bill."""

from collections.abc import Iterator

from domain.billing import HUNDRED
from domain.company import wrong_ids
from domain.deal import ContactRole, CostType, Deal, Finding
from domain.money import Money
from domain.tax import TaxTreatment
from domain.templates import TEMPLATES

SALES = "deal owner"
FINANCE = "finance"


def preflight(deal: Deal) -> tuple[Finding, ...]:
    """Everything that stops the handoff, all at once; an empty answer means go."""
    return (
        *deal.unreadable,
        *_scope(deal),
        *_budget(deal),
        *_customer(deal),
        *_terms(deal),
        *_milestones(deal),
    )


def _scope(deal: Deal) -> Iterator[Finding]:
    if not deal.is_won:
        yield Finding(field="stage", problem="the deal is not closed-won", who=SALES)
    if not deal.scope.strip():
        yield Finding(field="scope", problem="the agreed scope is empty", who=SALES)
    if deal.template not in TEMPLATES:
        choices = ", ".join(TEMPLATES)
        problem = f"no project template {deal.template!r}: choose one of {choices}"
        yield Finding(field="template", problem=problem, who=SALES)


def _budget(deal: Deal) -> Iterator[Finding]:
    if deal.value is None or deal.value <= Money.zero(deal.value.currency):
        yield Finding(field="amount", problem="the deal has no positive amount", who=SALES)
        return
    if not deal.lines:
        yield Finding(
            field="line items", problem="no budget: the deal has no line items", who=SALES
        )
        return
    for line in deal.lines:
        if line.cost_type is None:
            yield Finding(field="line items", problem=f"{line.name!r} has no cost type", who=SALES)
        elif line.cost_type is CostType.LABOUR and line.unit is None:
            yield Finding(field="line items", problem=f"{line.name!r} has no unit", who=SALES)
    if any(line.amount.currency != deal.value.currency for line in deal.lines):
        yield Finding(field="line items", problem="lines and deal differ in currency", who=SALES)
        return
    total = Money.total((line.amount for line in deal.lines), deal.value.currency)
    if total != deal.value:
        problem = f"the lines add up to {total}, the deal says {deal.value}"
        yield Finding(field="amount", problem=problem, who=SALES)


def _customer(deal: Deal) -> Iterator[Finding]:
    if deal.account is None:
        yield Finding(field="company", problem="the deal has no company", who=SALES)
        return
    if not deal.account.country:
        yield Finding(field="company", problem="the company has no country", who=SALES)
    for problem in wrong_ids(deal.account):
        yield Finding(field="company", problem=problem, who=SALES)
    if deal.tax is TaxTreatment.REVERSE_CHARGE and not deal.account.ids.vat_id:
        problem = "reverse charge needs the customer's VAT id (EN 16931 BR-AE-02)"
        yield Finding(field="company", problem=problem, who=FINANCE)
    if deal.contact(ContactRole.BILLING_CONTACT) is None:
        yield Finding(field="contacts", problem="no contact is the billing contact", who=SALES)


def _terms(deal: Deal) -> Iterator[Finding]:
    if deal.start is None or deal.end is None:
        yield Finding(field="dates", problem="expected start and end are missing", who=SALES)
    elif deal.end < deal.start:
        yield Finding(field="dates", problem="the project ends before it starts", who=SALES)
    if deal.payment_days is None or deal.payment_days < 0:
        yield Finding(field="payment terms", problem="payment days are missing", who=SALES)
    if deal.tax is None:
        yield Finding(field="tax", problem="the tax treatment is missing", who=FINANCE)


def _milestones(deal: Deal) -> Iterator[Finding]:
    if not deal.milestones:
        yield Finding(field="billing plan", problem="there are no milestones to bill", who=SALES)
        return
    total = sum(milestone.share for milestone in deal.milestones)
    if total != HUNDRED:
        problem = f"the milestones add up to {total} %, not 100 %"
        yield Finding(field="billing plan", problem=problem, who=SALES)
    names = [milestone.name.casefold() for milestone in deal.milestones]
    if len(set(names)) < len(names):
        yield Finding(field="billing plan", problem="two milestones have one name", who=SALES)
