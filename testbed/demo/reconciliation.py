"""Reads the final figures back from the three systems' APIs, and not from our store."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from domain.ids import DealId
from testbed.demo.story import Sale
from testbed.demo.systems import Bill, DemoSystems, Figures

_NAME = 60  # letters of a deal's name that every project system keeps


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """One deal in three systems. Net of VAT: sold, contracted, billed; with VAT: paid, received."""

    sale: Sale
    figures: Figures
    reached: int
    projects: int
    customers: int
    invoices: tuple[Bill, ...]
    received: Decimal

    @property
    def invoiced(self) -> Decimal:
        return sum((bill.net for bill in self.invoices), Decimal(0))

    @property
    def won_to_project(self) -> float | None:
        """Return seconds by the CRM's clock, or by the salesperson's if the CRM has no history."""
        if self.figures.won_to_project is not None or not self.sale.project:
            return self.figures.won_to_project
        return self.sale.project_at - self.sale.won_at

    @property
    def settled(self) -> int:
        return sum(bill.is_paid for bill in self.invoices)

    @property
    def duplicates(self) -> int:
        references = Counter(bill.reference for bill in self.invoices)
        extra = sum(references.values()) - len(references)
        return extra + max(0, self.projects - 1) + max(0, self.customers - 1)

    @property
    def mismatches(self) -> tuple[str, ...]:
        """Return where two systems differ by a cent or more, or in what was reached and billed."""
        figures, gross = self.figures, sum((bill.gross for bill in self.invoices), Decimal(0))
        pairs = {
            "sold and contracted": (figures.sold, figures.contracted),
            "billed in the CRM and invoiced in the ERP": (figures.billed, self.invoiced),
            "paid in the CRM and received in the ERP": (figures.paid, self.received),
            "outstanding in the CRM and due in the ERP": (
                figures.outstanding,
                gross - self.received,
            ),
            "milestones reached and invoices": (self.reached, len(self.invoices)),
        }
        return tuple(
            f"{self.sale.deal}: {what} differ: {one} and {other}"
            for what, (one, other) in pairs.items()
            if one != other
        )


async def read_back(
    systems: DemoSystems, sales: Sequence[Sale], since: datetime
) -> list[Reconciliation]:
    """Read everything about these deals; `since` leaves out the invoices of earlier demos."""
    bills: dict[DealId, list[Bill]] = defaultdict(list)
    async for bill in systems.erp.bills(since):
        bills[bill.deal].append(bill)
    received = await systems.erp.received(since)
    customers = await systems.erp.customers(since)
    projects = await systems.delivery.named()
    return [
        Reconciliation(
            sale=sale,
            figures=await systems.sales.figures(sale.id),
            reached=await systems.delivery.reached(sale.project) if sale.project else 0,
            projects=sum(name.startswith(sale.order.name[:_NAME]) for name in projects),
            customers=customers[sale.order.company_id],
            invoices=tuple(bills[sale.deal]),
            received=sum(
                (received.get(bill.id, Decimal(0)) for bill in bills[sale.deal]), Decimal(0)
            ),
        )
        for sale in sales
    ]
