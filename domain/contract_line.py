"""Contract lines: the parts of a contract, each billed in one way."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from domain.billing_arrangement import BillingArrangement, ByMilestone
from domain.charge import Charge, Source
from domain.deal import PlannedMilestone
from domain.ids import ChargeId, LineId
from domain.money import Money
from domain.refusal import Refusal
from domain.tax import TaxClass
from domain.value import Value


class ContractLine(Value):
    """A part of the contract. `value` is None where only the work done will tell it.

    The id is permanent: a renamed line keeps it.
    """

    id: LineId
    name: str
    value: Money | None
    tax_class: TaxClass = TaxClass.STANDARD
    arrangement: BillingArrangement


def milestone_lines(
    price: Money,
    milestones: Sequence[PlannedMilestone],
    tax_class: TaxClass = TaxClass.STANDARD,
) -> tuple[ContractLine, ...]:
    """Cut the fixed price into one line per milestone; they add up exactly.

    Amounts stand as agreed, shares cut the rest: three of 33.33 % are the whole. Raises Refusal if
    amounts alone are not the price; pre-flight has said so before.
    """
    return tuple(
        ContractLine(
            id=LineId(milestone.key),
            name=milestone.name,
            value=value,
            tax_class=tax_class,
            arrangement=ByMilestone(
                milestone=milestone.key, share=milestone.share, due=milestone.due
            ),
        )
        for milestone, value in zip(milestones, _values(price, milestones), strict=True)
    )


def planned_charge(line: ContractLine, source: Source) -> Charge:
    """Return the charge of a milestone, before it is reached."""
    if not isinstance(line.arrangement, ByMilestone) or line.value is None:
        raise Refusal(f"{line.id} is not billed by a milestone")
    return Charge(
        id=ChargeId(line.id),
        line=line.id,
        description=line.name,
        quantity=Decimal(1),
        unit_price=line.value.amount,
        net=line.value,
        tax_class=line.tax_class,
        due=line.arrangement.due,
        source=source,
    )


def _values(price: Money, milestones: Sequence[PlannedMilestone]) -> Iterator[Money]:
    amounts = [milestone.amount for milestone in milestones if milestone.amount is not None]
    rest = price - Money.total(amounts, price.currency)
    shares = [milestone.share for milestone in milestones if milestone.share is not None]
    if not shares and rest:
        raise Refusal(f"the milestones add up to {price - rest}, the fixed price is {price}")
    parts = iter(rest.allocate(shares) if shares else ())
    for milestone in milestones:
        yield milestone.amount if milestone.amount is not None else next(parts)
