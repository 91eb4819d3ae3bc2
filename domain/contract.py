"""The contract: what was sold, on which terms, once pre-flight found it complete."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from domain.billing_arrangement import ByMilestone
from domain.charge import Charge, Source
from domain.company import Account
from domain.contract_line import ContractLine, milestone_lines, planned_charge
from domain.deal import Contact, ContactRole, Deal, QuoteLine, SlaMetric
from domain.ids import CustomerKey, DealId, OwnerId
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.refusal import Refusal
from domain.seller import Seller
from domain.tax import TaxClass, TaxRule
from domain.tax_determination import determine_tax
from domain.templates import Staffing
from domain.timesheet import TimePolicy
from domain.value import Value


class Policy(Value):
    """The rules that a company sets without changing code."""

    seller: Seller | None = None
    """The company that sells. No deal is handed off without it."""
    approve_above: Money | None = None
    """Invoices above this net amount wait for a person."""
    staffing: Staffing = Staffing()
    time: TimePolicy = TimePolicy()


class Contract(Value):
    """What was agreed: every field a handoff needs. Money is in the contract's currency.

    Revision 1 is the deal as won; each approved change order makes the next. `quote` is what was
    sold, line by line; `lines` is how it is billed, and `charges` is what is known to be billed.
    """

    deal: DealId
    name: str
    url: str
    owner: OwnerId | None
    account: Account
    stakeholders: tuple[Contact, ...]
    value: Money
    quote: tuple[QuoteLine, ...]
    lines: tuple[ContractLine, ...]
    scope: str
    template: str
    start: date
    end: date
    payment_terms: PaymentTerms
    seller: Seller
    charges: tuple[Charge, ...]
    sla: tuple[SlaMetric, ...]
    revision: int = 1

    @property
    def source(self) -> Source:
        return source_of(self.deal, self.revision)

    @property
    def customer(self) -> CustomerKey:
        return self.account.customer_key

    @property
    def billing_email(self) -> str:
        contact = next(
            (c for c in self.stakeholders if c.role is ContactRole.BILLING_CONTACT), None
        )
        return self.account.billing_email or (contact.email if contact else "")

    def milestones(self) -> Iterator[tuple[ContractLine, ByMilestone, Money]]:
        """Yield the lines that are billed by a milestone, with their values."""
        for line in self.lines:
            if isinstance(line.arrangement, ByMilestone) and line.value is not None:
                yield line, line.arrangement, line.value

    def milestone_charges(self) -> tuple[Charge, ...]:
        """Return the charges that wait for a milestone, or waited for one."""
        lines = {line.id for line, *_ in self.milestones()}
        return tuple(charge for charge in self.charges if charge.line in lines)

    def tax_on(self, tax_class: TaxClass, supply_date: date | None) -> TaxRule:
        """The rule for what is supplied on this day. Raises Refusal where none is determined."""
        if supply_date is None:
            raise Refusal(f"{self.deal} has not supplied it yet: its tax follows from the day")
        found = determine_tax(self.seller, self.account, tax_class, supply_date)
        if isinstance(found, TaxRule):
            return found
        raise Refusal(f"no tax for what {self.deal} supplies on {supply_date}: {found.problem}")

    def charge(self, key: str) -> Charge:
        for charge in self.charges:
            if charge.id == key:
                return charge
        raise Refusal(f"{self.deal} has no charge {key!r}: it has {[c.id for c in self.charges]}")


def contract_of(deal: Deal, policy: Policy) -> Contract:
    """Return the contract that a deal without findings describes.

    Raises Refusal if something is missing; `preflight` says what it is and who mends it.
    """
    if not (deal.account and deal.value and deal.start and deal.end and policy.seller) or (
        deal.payment_terms is None
    ):
        raise Refusal(f"{deal.id} is not complete: pre-flight tells what is missing")
    lines = milestone_lines(deal.value, deal.milestones, deal.tax_class or TaxClass.STANDARD)
    return Contract(
        deal=deal.id,
        name=deal.name,
        url=deal.url,
        owner=deal.owner,
        account=deal.account,
        stakeholders=tuple(contact for contact in deal.contacts if contact.role),
        value=deal.value,
        quote=quote_of(deal),
        lines=lines,
        scope=deal.scope,
        template=deal.template,
        start=deal.start,
        end=deal.end,
        payment_terms=deal.payment_terms,
        seller=policy.seller,
        charges=tuple(planned_charge(line, source_of(deal.id)) for line in lines),
        sla=deal.sla,
    )


def quote_of(deal: Deal) -> tuple[QuoteLine, ...]:
    """Return the sold lines; the discount on the deal is shared out over them."""
    lines = deal.sold_lines
    amounts = [line.amount.amount for line in lines]
    is_absurd = min(amounts, default=Decimal(0)) < 0 or not any(amounts)  # pre-flight says so
    if deal.discount is None or deal.value is None or is_absurd:
        return lines
    nets = deal.value.allocate(amounts)
    return tuple(
        line.model_copy(update={"amount": net}) for line, net in zip(lines, nets, strict=True)
    )


def source_of(deal: DealId, revision: int = 1) -> Source:
    """Return the deal as the source of what a revision of its contract agrees."""
    system, _, record = deal.partition(":")
    return Source(system=system, id=record, version=str(revision))
