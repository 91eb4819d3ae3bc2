"""Checks, before anything is touched, that a deal is complete enough to deliver and bill."""

from collections.abc import Iterator
from decimal import Decimal

from domain.company import wrong_ids
from domain.deal import ContactRole, CostType, Deal, Finding
from domain.money import Money
from domain.responsibility import Party
from domain.tax import TaxTreatment
from domain.templates import TEMPLATES


def preflight(deal: Deal) -> tuple[Finding, ...]:
    """Return everything that stops the handoff; it may begin if that is nothing."""
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
        yield _for_owner("stage", "the deal is not closed-won")
    if not deal.scope.strip():
        yield _for_owner("scope", "the agreed scope is empty")
    if deal.template not in TEMPLATES:
        choices = ", ".join(TEMPLATES)
        problem = f"no project template {deal.template!r}: choose one of {choices}"
        yield _for_owner("template", problem)


def _budget(deal: Deal) -> Iterator[Finding]:
    if deal.value is None or deal.value <= Money.zero(deal.value.currency):
        yield _for_owner("amount", "the deal has no positive amount")
        return
    if not deal.lines:
        yield Finding(
            field="line items",
            problem="no budget: the deal has no line items",
            responsible=Party.DEAL_OWNER,
        )
        return
    for line in deal.lines:
        if line.cost_type is None:
            yield Finding(
                field="line items",
                problem=f"{line.name!r} has no cost type",
                responsible=Party.DEAL_OWNER,
            )
        elif line.cost_type is CostType.LABOUR and line.unit is None:
            yield Finding(
                field="line items",
                problem=f"{line.name!r} has no unit",
                responsible=Party.DEAL_OWNER,
            )
    if any(line.amount.currency != deal.value.currency for line in deal.lines):
        yield Finding(
            field="line items",
            problem="lines and deal differ in currency",
            responsible=Party.DEAL_OWNER,
        )
        return
    total = Money.total((line.amount for line in deal.lines), deal.value.currency)
    if total != deal.value:
        problem = f"the lines add up to {total}, the deal says {deal.value}"
        yield _for_owner("amount", problem)


def _customer(deal: Deal) -> Iterator[Finding]:
    if deal.account is None:
        yield _for_owner("company", "the deal has no company")
        return
    if not deal.account.country:
        yield _for_owner("company", "the company has no country")
    for problem in wrong_ids(deal.account):
        yield _for_owner("company", problem)
    if deal.tax is TaxTreatment.REVERSE_CHARGE and not deal.account.ids.vat_id:
        problem = "reverse charge needs the customer's VAT id (EN 16931 BR-AE-02)"
        yield _for_finance("company", problem)
    if deal.contact(ContactRole.BILLING_CONTACT) is None:
        yield Finding(
            field="contacts",
            problem="no contact is the billing contact",
            responsible=Party.DEAL_OWNER,
        )


def _terms(deal: Deal) -> Iterator[Finding]:
    if deal.start is None or deal.end is None:
        yield _for_owner("dates", "expected start and end are missing")
    elif deal.end < deal.start:
        yield _for_owner("dates", "the project ends before it starts")
    if deal.payment_days is None or deal.payment_days < 0:
        yield _for_owner("payment terms", "payment days are missing")
    if deal.tax is None:
        yield _for_finance("tax", "the tax treatment is missing")


def _milestones(deal: Deal) -> Iterator[Finding]:
    if not deal.milestones:
        yield Finding(
            field="billing plan",
            problem="there are no milestones to bill",
            responsible=Party.DEAL_OWNER,
        )
        return
    total = sum(milestone.share for milestone in deal.milestones)
    if total != Decimal(100):
        problem = f"the milestones add up to {total} %, not 100 %"
        yield _for_owner("billing plan", problem)
    names = [milestone.name.casefold() for milestone in deal.milestones]
    if len(set(names)) < len(names):
        yield Finding(
            field="billing plan",
            problem="two milestones have one name",
            responsible=Party.DEAL_OWNER,
        )


def _for_owner(field: str, problem: str) -> Finding:
    return Finding(field=field, problem=problem, responsible=Party.DEAL_OWNER)


def _for_finance(field: str, problem: str) -> Finding:
    return Finding(field=field, problem=problem, responsible=Party.FINANCE)
