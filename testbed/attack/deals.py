"""The deals of an attack: contracts that the product's own rules turn into plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from domain.attention import Action, Attention
from domain.baseline import Baseline
from domain.bill import Bill
from domain.charge import Charge
from domain.company import Account, CompanyIds
from domain.contract import Contract, Policy, source_of
from domain.contract_line import milestone_lines, planned_charge
from domain.deal import PlannedMilestone
from domain.ids import AccountId, DealId, ExternalId, Subject
from domain.kickoff import HandoffResult, Kickoff, plan_kickoff
from domain.money import Money
from domain.payment_terms import PaymentTerms
from domain.project import plan_project
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.seller import Seller
from domain.stage import Stage
from domain.write_back import WriteBack
from testbed.demo.clients import VendorClient
from testbed.demo.orders import ico

WRITE_BACKS = 4
_CURRENCY = "EUR"
_SHARES = (Decimal(50), Decimal(30), Decimal(20))
_FIRST_COMPANY = 7_000_000
_BATCH = 100


@dataclass(frozen=True)
class AttackedDeal:
    """One deal; its number decides what happens to it.

    Two neighbours have one customer. One deal in five is cancelled during its kickoff: of these,
    every other one has a customer of its own, and the others' customer must stay.
    """

    number: int
    id: DealId
    policy: Policy
    today: date
    company: str = "Kovo"

    @property
    def is_cancelled(self) -> bool:
        return self.number % 5 == 4  # noqa: PLR2004

    @property
    def is_credited(self) -> bool:
        """Whether its first charge is credited after it was issued."""
        return self.number % 3 == 0

    @property
    def has_own_customer(self) -> bool:
        return self.number % 10 == 9  # noqa: PLR2004

    @property
    def run(self) -> str:
        return f"attack:{self.id}"

    @cached_property
    def contract(self) -> Contract:
        milestones = [
            PlannedMilestone(
                name=f"Phase {n}", share=share, due=self.today + timedelta(days=30 * n)
            )
            for n, share in enumerate(_SHARES, start=1)
        ]
        value = Money.of(f"{1000 + self.number % 9000}.01", _CURRENCY)
        lines = milestone_lines(value, milestones)
        return Contract(
            deal=self.id,
            name=f"Roll-out {self.number}",
            url=f"https://crm.example/deals/{self.number}",
            owner=None,
            account=self._account,
            stakeholders=(),
            value=value,
            quote=(),
            lines=lines,
            scope="Everything that was sold",
            template="support",
            start=self.today,
            end=self.today + timedelta(days=30 * len(_SHARES)),
            payment_terms=PaymentTerms(days=14),
            seller=self._seller,
            charges=tuple(planned_charge(line, source_of(self.id)) for line in lines),
            sla=(),
        )

    @cached_property
    def kickoff(self) -> Kickoff:
        contract = self.contract
        handed = HandoffResult(contract=contract, existing_customer=None)
        return plan_kickoff(handed, plan_project(contract, self.policy))

    @property
    def baseline(self) -> Baseline:
        return Baseline.of(self.contract)

    def bill(self, charge: Charge, customer: ExternalId) -> Bill:
        contract = self.contract
        return Bill(
            deal=self.id,
            deal_name=contract.name,
            url=contract.url,
            owner="",
            customer_key=contract.customer,
            customer=customer,
            key=charge.id,
            charges=(charge,),
            tax=contract.tax_on(charge.tax_class, charge.due),
            seller=contract.seller,
            payment_terms=contract.payment_terms,
            approve_above=None,
        )

    def write_backs(self) -> Sequence[WriteBack]:
        """Return one revision after the other; each has another sum, so that the log tells them."""
        return [
            WriteBack(
                subject=Subject(f"{self.id}:w{revision}"),
                deal=self.id,
                stage=Stage.COLLECTION,
                billed=Money.of(revision, _CURRENCY),
            )
            for revision in range(1, WRITE_BACKS + 1)
        ]

    @property
    def attention(self) -> Attention:
        return Attention(
            key="preflight",
            workflow=self.run,
            deal=self.id,
            kind="preflight",
            what="the deal is incomplete",
            why="a field is empty",
            responsible=(Party.DEAL_OWNER,),
            since=datetime(self.today.year, self.today.month, self.today.day, tzinfo=UTC),
            actions=(Action.RETRY,),
        )

    @property
    def _seller(self) -> Seller:
        if self.policy.seller is None:
            raise Refusal("the attack's settings name no seller")
        return self.policy.seller

    @property
    def _account(self) -> Account:
        """Return the company: its number is that of its first deal."""
        number = self.number if self.has_own_customer else self.number // 2 * 2
        return Account(
            id=AccountId(f"hubspot:{number}"),
            name=f"{self.company} {number} s.r.o.",
            country="SK",
            billing_email="invoices@kovo.example",
            ids=CompanyIds(company_id=ico(_FIRST_COMPANY + number)),
        )


async def enter_deals(crm: VendorClient, wanted: int, policy: Policy) -> Sequence[AttackedDeal]:
    """Let sales enter this many deals in the CRM."""
    today = datetime.now(UTC).date()
    ids: list[str] = []
    while len(ids) < wanted:
        numbers = range(len(ids), min(wanted, len(ids) + _BATCH))
        body: Mapping[str, object] = {"inputs": [{"properties": _entered(n)} for n in numbers]}
        made = await crm.ask("POST", "/crm/v3/objects/deals/batch/create", body)
        ids += [record["id"] for record in made["results"]]
    return [
        AttackedDeal(number, DealId(f"hubspot:{local}"), policy, today)
        for number, local in enumerate(ids)
    ]


def _entered(number: int) -> Mapping[str, str]:
    return {
        "dealname": f"Roll-out {number}",
        "pipeline": "default",
        "dealstage": "closedwon",
        "amount": "1000",
        "deal_currency_code": _CURRENCY,
    }
