"""Deals to test with, complete and incomplete."""

from datetime import date
from decimal import Decimal
from zlib import crc32

from domain.company import Account, Address, CompanyIds
from domain.company_numbers import is_ico
from domain.contract import Policy
from domain.deal import (
    Contact,
    ContactRole,
    CostType,
    Deal,
    PlannedMilestone,
    QuoteLine,
    SlaMetric,
    Unit,
)
from domain.ids import AccountId, ContactId, DealId, OwnerId
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.seller import Seller
from domain.tax import TaxTreatment
from testbed.seller import SELLER as _SELLER

SELLER = Seller.model_validate(_SELLER)
POLICY = Policy(seller=SELLER)


def company(of: int | str) -> Account:
    """Return a company with a valid IČO made from the deal's number."""
    stem = f"{crc32(str(of).encode()) % 10**7:07d}"
    number = next(stem + str(check) for check in range(10) if is_ico(stem + str(check)))
    return Account(
        id=AccountId(f"memory:a-{of}"),
        name=f"Kovo {number} a.s.",
        country="SK",
        billing_email="ap@kovo.example",
        ids=CompanyIds(company_id=number),
        address=Address(street="Hlavná 1", city="Košice", postal_code="040 01"),
    )


def deal(number: int | str = 1, **changes: object) -> Deal:
    """A complete open deal over 10,000.01 EUR with three milestones; `changes` replace fields."""
    complete = Deal(
        id=DealId(f"memory:{number}"),
        name=f"Rollout {number}",
        url=f"memory://deals/{number}",
        owner=OwnerId("owner-1"),
        is_won=False,
        closed_at=None,
        probability=Decimal("0.9"),
        value=Money.of("10000.01", "EUR"),
        account=company(number),
        contacts=(
            Contact(id=ContactId("c1"), role=ContactRole.SPONSOR),
            Contact(id=ContactId("c2"), role=ContactRole.BILLING_CONTACT, email="ap@kovo.example"),
        ),
        lines=(
            _line("Build", "10", "960.001", "9600.01", CostType.LABOUR, Unit.DAY),
            _line("Licence", "1", "400", "400.00", CostType.LICENCE, Unit.PIECE),
        ),
        scope="Roll the telemetry out to all sites",
        template="implementation",
        start=date(2026, 12, 1),
        end=date(2027, 3, 31),
        payment_terms=PaymentTerms(days=30),
        tax=TaxTreatment.DOMESTIC,
        milestones=(
            PlannedMilestone(name="Design", share=Decimal("33.33"), due=date(2026, 12, 31)),
            PlannedMilestone(name="Go-live", share=Decimal("33.33"), due=date(2027, 2, 26)),
            PlannedMilestone(name="Hypercare", share=Decimal("33.34"), due=date(2027, 3, 31)),
        ),
        sla=(SlaMetric(metric="response P1", target="4 h", penalty="5 %"),),
    )
    return complete.model_copy(update=changes)


def small_deal(number: int | str, **changes: object) -> Deal:
    """Return a complete deal with one milestone, for tests that need no more."""
    whole = PlannedMilestone(name="Design", share=Decimal(100), due=date(2026, 12, 31))
    return deal(number, milestones=(whole,), **changes)


def _line(
    name: str, quantity: str, rate: str, amount: str, cost_type: CostType, unit: Unit
) -> QuoteLine:
    return QuoteLine(
        id=name.lower(),
        name=name,
        quantity=Decimal(quantity),
        rate=Decimal(rate),
        amount=Money.of(amount, "EUR"),
        unit=unit,
        cost_type=cost_type,
    )
