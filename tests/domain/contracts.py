"""Contracts and facts to test billing with."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from domain.bill_composition import PlannedBill, compose_bills
from domain.billing_arrangement import (
    AgreedRate,
    BillingArrangement,
    ByMilestone,
    TimeAndMaterials,
)
from domain.change_order import ChangeOrder
from domain.charge import Charge, Source
from domain.charging import charges_from
from domain.contract import Contract, contract_of
from domain.contract_facts import ContractFacts, WorkedTime
from domain.contract_line import ContractLine, planned_charge
from domain.ids import ChargeId, LineId, MilestoneKey
from domain.money import Money
from domain.tax import TaxClass
from tests.actors import GRACE
from tests.deals import POLICY, deal

TIME = LineId("time")
CHANGE = Source(system="jira", id="CR-7", version="1")


def euro(amount: str | int | Decimal) -> Money:
    return Money.of(amount, "EUR")


def milestone(id: str, value: str | int, tax_class: TaxClass = TaxClass.STANDARD) -> ContractLine:
    return line(id, ByMilestone(milestone=MilestoneKey(id)), value, tax_class)


def line(
    id: str,
    arrangement: BillingArrangement,
    value: str | int | None = None,
    tax_class: TaxClass = TaxClass.STANDARD,
) -> ContractLine:
    return ContractLine(
        id=LineId(id),
        name=id.replace("-", " ").capitalize(),
        value=None if value is None else euro(value),
        tax_class=tax_class,
        arrangement=arrangement,
    )


def contract(*lines: ContractLine) -> Contract:
    """Return a contract of these lines; its value is that of its milestones."""
    agreed = contract_of(deal(1, is_won=True), POLICY)
    planned = [each for each in lines if isinstance(each.arrangement, ByMilestone)]
    charges = tuple(planned_charge(each, agreed.source) for each in planned)
    value = Money.total((charge.net for charge in charges), "EUR")
    return agreed.model_copy(update={"lines": lines, "charges": charges, "value": value})


def time_line(cap: str | None = None) -> ContractLine:
    """Return the line of the example: two roles, one of them dearer from March on."""
    rates = (
        ("senior consultant", "120.00", date(2026, 1, 1)),
        ("consultant", "90.00", date(2026, 1, 1)),
        ("senior consultant", "126.00", date(2027, 3, 1)),
    )
    arrangement = TimeAndMaterials(
        rates=tuple(
            AgreedRate(role=role, price=euro(price), valid_from=day) for role, price, day in rates
        ),
        cap=euro(cap) if cap else None,
    )
    return line(TIME, arrangement, cap)


def worked(id: str, role: str, day: date, minutes: int) -> WorkedTime:
    source = Source(system="jira", id=id, version="1")
    return WorkedTime(line=TIME, role=role, day=day, minutes=minutes, source=source)


ENTRIES = (
    worked("w1", "senior consultant", date(2027, 2, 26), 110),
    worked("w2", "senior consultant", date(2027, 3, 1), 20),
    worked("w3", "consultant", date(2027, 3, 2), 450),
)


def reached(*milestones: str, **more: object) -> ContractFacts:
    days = {MilestoneKey(each): date(2027, 2, 1) for each in milestones}
    return ContractFacts(reached=days).model_copy(update=more)


def bills(of: Contract, facts: ContractFacts, today: date) -> tuple[PlannedBill, ...]:
    return compose_bills(charges_from(of, facts, today), of, {}, facts.billed)


def settle(of: Contract, facts: ContractFacts, today: date) -> ContractFacts:
    """Bill what is due until nothing is, and return the facts after that."""
    while planned := bills(of, facts, today):
        issued = [charge for bill in planned for charge in bill.charges]
        facts = facts.model_copy(update={"billed": (*facts.billed, *issued)})
    return facts


def nets(charges: Sequence[Charge]) -> dict[ChargeId, str]:
    return {charge.id: str(charge.net.amount) for charge in charges}


def order(*lines: ContractLine, ended: Sequence[str] = ()) -> ChangeOrder:
    return ChangeOrder(
        effective=date(2027, 3, 10),
        reason="agreed on 10 March",
        source=CHANGE,
        approved_by=GRACE,
        lines=lines,
        ended=tuple(map(LineId, ended)),
    )
