"""Checks, before anything is touched, that a deal is complete enough to deliver and bill."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import Final

from domain.allocation import last_digit
from domain.company import wrong_ids
from domain.contract import Policy
from domain.deal import ContactRole, CostType, Deal, Finding, QuoteLine
from domain.money import Money
from domain.payment_terms import FORMS
from domain.responsibility import Party
from domain.tax import TaxClass, TaxRule, TaxTreatment
from domain.tax_determination import determine_tax
from domain.templates import TEMPLATES

NO_SELLER: Final = "nobody said which company sells: set CASHWARD_POLICY__SELLER__…"

_INVOICE_CONTENT: Final = "Directive 2006/112/EC, Art. 226 (5)"


def preflight(deal: Deal, policy: Policy) -> tuple[Finding, ...]:
    """Return everything that stops the handoff; it may begin if that is nothing."""
    return (
        *deal.unreadable,
        *_scope(deal),
        *_budget(deal),
        *_customer(deal),
        *_terms(deal),
        *_tax(deal, policy),
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
    if not deal.sold_lines:
        why = "every line is optional" if deal.lines else "the deal has no line items"
        yield _for_owner("line items", f"no budget: {why}")
        return
    for line in deal.sold_lines:
        yield from (_for_owner("line items", problem) for problem in _line(line))
    amounts = [line.amount for line in deal.sold_lines]
    discounts = [deal.discount.amount] if deal.discount and deal.discount.amount else []
    if any(amount.currency != deal.value.currency for amount in (*amounts, *discounts)):
        yield _for_owner("line items", "lines and deal differ in currency")
        return
    total = Money.total(amounts, deal.value.currency)
    discount = deal.discount.on(total) if deal.discount else Money.zero(total.currency)
    if total - discount != deal.value:
        less = f" less the discount of {discount}" if discount else ""
        problem = f"the lines add up to {total}{less}, the deal says {deal.value}"
        yield _for_owner("amount", problem)


def _line(line: QuoteLine) -> Iterator[str]:
    zero = Money.zero(line.amount.currency)
    if line.cost_type is None:
        yield f"{line.name!r} has no cost type"
    elif line.cost_type is CostType.LABOUR and line.unit is None:
        yield f"{line.name!r} has no unit"
    elif line.planned_hours is None:
        yield f"{line.name!r} is work by the {line.unit}: say how many hours it plans"
    if line.quantity <= 0:
        yield f"{line.name!r} has the quantity {line.quantity}: it must be more than nothing"
    if line.amount < zero:
        yield f"{line.name!r} is {line.amount}: give a reduction as a discount"
    elif line.discount < zero:
        full = line.amount + line.discount
        yield f"{line.name!r} costs {line.amount}, but {line.quantity} × {line.rate} is {full}"


def _customer(deal: Deal) -> Iterator[Finding]:
    if deal.account is None:
        yield _for_owner("company", "the deal has no company")
        return
    if not deal.account.country:
        yield _for_owner("company", "the company has no country")
    if missing := deal.account.address.missing:
        problem = f"the company's address has no {', '.join(missing)}"
        yield _for_owner("company", f"{problem}: invoices carry it ({_INVOICE_CONTENT})")
    for problem in wrong_ids(deal.account):
        yield _for_owner("company", problem)
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
    if deal.payment_terms is None:
        yield _for_owner("payment terms", f"the payment terms are missing: such as {FORMS}")


def _tax(deal: Deal, policy: Policy) -> Iterator[Finding]:
    """Compare what sales proposed with the rule of each milestone at its planned date."""
    if policy.seller is None:
        yield Finding(field="seller", problem=NO_SELLER, responsible=Party.OPERATOR)
        return
    if deal.tax is None:
        yield _for_finance("tax", "the tax treatment is missing")
    if deal.account is None or not deal.account.country:
        return
    days = [day for milestone in deal.milestones if (day := milestone.due or deal.end)]
    sold_as = deal.tax_class or TaxClass.STANDARD
    found = [determine_tax(policy.seller, deal.account, sold_as, day) for day in days]
    for rule in dict.fromkeys(found):
        if not isinstance(rule, TaxRule):
            yield rule
        elif deal.tax and deal.tax is not rule.treatment:
            yield _for_finance("tax", _differs(deal.tax, rule))


def _differs(proposed: TaxTreatment, rule: TaxRule) -> str:
    reason = f" ({rule.note})" if rule.note else f" at {rule.rate} %"
    return (
        f"sales propose {proposed}, but country, VAT id and tax class make it {rule.treatment}"
        f"{reason}: correct the tax treatment, or what it follows from"
    )


def _milestones(deal: Deal) -> Iterator[Finding]:
    if not deal.milestones:
        yield Finding(
            field="billing plan",
            problem="there are no milestones to bill",
            responsible=Party.DEAL_OWNER,
        )
        return
    if deal.value is not None:
        yield from _billing_plan(deal, deal.value)
    for one, other in combinations(deal.milestones, 2):
        if one.key == other.key:
            problem = f"{one.name!r} and {other.name!r} read as one name: rename one of them"
            yield _for_owner("billing plan", problem)


def _billing_plan(deal: Deal, price: Money) -> Iterator[Finding]:
    """Amounts and shares must make the price; a share may be off by half its last digit."""
    amounts = [milestone.amount for milestone in deal.milestones if milestone.amount is not None]
    if any(amount.currency != price.currency for amount in amounts):
        yield _for_owner("billing plan", "milestones and deal differ in currency")
        return
    shares = [milestone.share for milestone in deal.milestones if milestone.share is not None]
    if not shares:
        if (total := Money.total(amounts, price.currency)) != price:
            problem = f"the milestones add up to {total}, the deal says {price}"
            yield _for_owner("billing plan", problem)
        return
    agreed = (
        Money.total(amounts, price.currency).amount * 100 / price.amount if price else Decimal(0)
    )
    total_share = sum(shares, start=Decimal(0)) + agreed
    if abs(total_share - 100) > sum(map(_tolerance, shares)):
        problem = f"the milestones add up to {total_share.normalize():f} %, not 100 %"
        yield _for_owner("billing plan", problem)


def _tolerance(share: Decimal) -> Decimal:
    """Return half of the share's last digit; a whole percentage is meant exactly."""
    unit = last_digit(share)
    return unit / 2 if unit < 1 else Decimal(0)


def _for_owner(field: str, problem: str) -> Finding:
    return Finding(field=field, problem=problem, responsible=Party.DEAL_OWNER)


def _for_finance(field: str, problem: str) -> Finding:
    return Finding(field=field, problem=problem, responsible=Party.FINANCE)
