"""The harness that the CRM suite needs, and the deal and commands that it uses."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from decimal import Decimal
from typing import Protocol

from connectors.common import Roles
from connectors.memory import Fault
from domain.company import Account, Address, CompanyIds
from domain.deal import (
    Contact,
    ContactRole,
    CostType,
    Deal,
    Discount,
    LineStatus,
    PlannedMilestone,
    QuoteLine,
    SlaMetric,
    Unit,
)
from domain.ids import AccountId, ContactId, DealId, Subject
from domain.money import Money
from domain.owner_task import OwnerTask
from domain.payment_terms import PaymentTerms
from domain.stage import Stage
from domain.tax import TaxClass, TaxTreatment
from domain.write_back import WriteBack
from ports.crm import Crm
from ports.operation import Attempt

TERMS = "EOM+15"
ACCOUNT = Account(
    id=AccountId("an account"),
    name="Hronské Čerpadlá s.r.o.",
    country="SK",
    domain="hronske.example",
    ids=CompanyIds(company_id="36421936", tax_id="2020273893", vat_id="SK2020273893"),
    legal_name="Hronské čerpadlá, spol. s r. o.",
    address=Address(street="Nábrežie 7", city="Banská Bystrica", postal_code="974 01"),
)
CONTACTS = (
    Contact(
        id=ContactId("1"), role=ContactRole.SPONSOR, name="Eva Horská", email="eva@hronske.example"
    ),
    Contact(
        id=ContactId("2"),
        role=ContactRole.BILLING_CONTACT,
        name="Ján Kováč",
        email="jan@hronske.example",
    ),
    Contact(id=ContactId("3"), role=None, name="Iva Malá", email="iva@hronske.example"),
)


class CrmHarness(Protocol):
    """The role, and what sales do at the vendor.

    With a webhook, it is a HasWebhook (`webhook_receiver.py`) as well.
    """

    @property
    def crm(self) -> Crm: ...
    @property
    def roles(self) -> Roles: ...

    async def enter(self, deal: Deal) -> DealId:
        """Sales enter this open deal with all that belongs to it."""
        ...

    async def win(self, deal: DealId) -> None: ...

    async def lose(self, deal: DealId) -> None:
        """Sales set the deal to lost, whatever it was."""
        ...

    async def revise(self, deal: DealId, name: str, value: Money) -> None:
        """Sales change the deal's name and amount."""
        ...

    async def tasks(self, deal: DealId) -> Sequence[str]:
        """Return the titles of the open tasks that its owner sees on this deal."""
        ...

    async def written_back(self, deal: DealId) -> dict[str, str]:
        """Return the record's present values, by WriteBack's names; unset fields are empty."""
        ...

    def unknown(self) -> DealId:
        """Return an id in the vendor's format that no deal has."""
        ...

    async def wait(self, pause: timedelta) -> None:
        """Advance the vendor's clock by this much."""
        ...

    def with_fault(self, fault: Fault) -> AbstractAsyncContextManager[Crm]:
        """Return the role over the same account; its next change fails in this way."""
        ...

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        """Return the roles of another installation over the same account."""
        ...

    def in_small_pages(self) -> AbstractAsyncContextManager[Crm]:
        """Return the role over the same account with small pages, if that can be set."""
        ...

    def unprepared(self) -> AbstractAsyncContextManager[Crm]:
        """Return the role over an account without set-up. Only where set-up has a dry run."""
        ...


def ticket(subject: str, *, attempt: int = 1) -> Attempt:
    key = subject.encode().hex()[:64]
    return Attempt(attempt=attempt, generation=1, idempotency_key=key, search_first=attempt > 1)


def line(number: int, quantity: str, rate: Money, unit: Unit, cost_type: CostType) -> QuoteLine:
    return QuoteLine(
        id=str(number),
        name=f"Line {number}",
        quantity=Decimal(quantity),
        rate=rate.amount,
        amount=Money(currency=rate.currency, amount=rate.amount * Decimal(quantity)),
        unit=unit,
        cost_type=cost_type,
        sku=f"SKU-{number}",
    )


def open_deal(currency: str = "EUR", *, name: str = "Pump monitoring") -> Deal:
    """Return a complete open deal; the ids in it are not the vendor's."""
    lines = (
        line(1, "12.5", Money.of(760, currency), Unit.DAY, CostType.LABOUR),
        line(2, "3", Money.of(1180, currency), Unit.PIECE, CostType.LICENCE),
    )
    return Deal(
        id=DealId("a deal"),
        name=name,
        url="",
        owner=None,
        is_won=False,
        closed_at=None,
        probability=Decimal("0.9"),
        value=Money.total((each.amount for each in lines), currency),
        account=ACCOUNT,
        contacts=CONTACTS,
        lines=lines,
        scope="Sensors on twelve pumps.\nTraining of six users.",
        template="implementation",
        start=date(2026, 12, 7),
        end=date(2027, 3, 26),
        payment_terms=PaymentTerms.parse(TERMS),
        tax=TaxTreatment.DOMESTIC,
        tax_class=TaxClass.REDUCED,
        milestones=(
            PlannedMilestone(name="Design", share=Decimal("33.33"), due=date(2027, 1, 15)),
            PlannedMilestone(name="Go-live; Nitra", share=Decimal("66.67"), due=date(2027, 3, 26)),
        ),
        sla=(
            SlaMetric(metric="response P1", target="4 h", penalty="5 % of the monthly fee"),
            SlaMetric(metric="availability", target="99.5 %"),
        ),
    )


def deal_as_sold() -> Deal:
    """Return an open deal with discounts, options, free lines, and milestones of each kind.

    Its lines are 9,120.00 after a discount, an option, and a free training; the deal has 10 % off.
    """
    deal = open_deal()
    work, licence = deal.lines
    workshop = line(3, "2", Money.of(0, "EUR"), Unit.PIECE, CostType.LABOUR)
    lines = (
        work.model_copy(update={"amount": Money.of(9120, "EUR")}),
        licence.model_copy(update={"status": LineStatus.OPTIONAL}),
        workshop.model_copy(update={"hours": Decimal(12)}),
    )
    milestones = (
        PlannedMilestone(name="Design", amount=Money.of("2736.00", "EUR"), due=date(2027, 1, 15)),
        PlannedMilestone(name="Build", share=Decimal("33.33"), due=date(2027, 2, 26)),
        PlannedMilestone(name="Go-live", share=Decimal("33.34"), due=None),
    )
    sold = {"lines": lines, "discount": Discount(share=Decimal(10)), "milestones": milestones}
    return deal.model_copy(update={"value": Money.of("8208.00", "EUR"), **sold})


def planned(milestone: PlannedMilestone) -> str:
    """Return a milestone as people write it in the billing plan."""
    amount = milestone.amount
    part = f"{amount.amount} {amount.currency}" if amount else f"{milestone.share} %"
    return f"{milestone.name}; {part}; {milestone.due or 'on acceptance'}"


async def won(crm: CrmHarness, name: str = "Pump monitoring") -> DealId:
    deal = await crm.enter(open_deal(name=name))
    await crm.win(deal)
    return deal


def figures(deal: DealId, currency: str = "EUR") -> WriteBack:
    return WriteBack(
        subject=Subject(f"{deal}:w1"),
        deal=deal,
        stage=Stage.COLLECTION,
        contracted=Money.of("13040", currency),
        billed=Money.of("4346.23", currency) if currency == "EUR" else Money.of(4346, currency),
        credited=Money.zero(currency),
        paid=Money.of("99999999.99", "EUR") if currency == "EUR" else Money.of(1, currency),
        outstanding=Money.of(-1, currency),
        attention="",
    )


def link(deal: DealId, project: str = "PUMP") -> WriteBack:
    return WriteBack(
        subject=Subject(f"{deal}:link"),
        deal=deal,
        stage=Stage.DELIVERY,
        project=project,
        project_url=f"https://pm.example/{project}",
    )


def unlink(deal: DealId) -> WriteBack:
    return WriteBack(subject=Subject(f"{deal}:link"), deal=deal)


def asking(deal: DealId, title: str = "Say what was agreed") -> OwnerTask:
    return OwnerTask(
        subject=Subject(f"{deal}:ask:1"),
        deal=deal,
        title=title,
        body="scope: the agreed scope is empty",
        due=date(2026, 11, 25),
    )
