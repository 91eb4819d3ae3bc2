"""Composes bills: which charges go on one invoice, and as which lines.

A pure function, so that a dry run can show it and a replay can compare it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Self

from domain.billing_arrangement import ByMilestone, Expenses, TimeAndMaterials
from domain.charge import Charge
from domain.contract import Contract
from domain.contract_line import ContractLine
from domain.deal import Unit
from domain.ids import ChargeId, LineId
from domain.money import Money
from domain.period import Period, month_of
from domain.tax import TaxClass
from domain.value import Value

NOT_TO_EXCEED = "not-to-exceed"


class BillLine(Value):
    """A line of a bill: it stands for one or more charges, whose nets it adds up."""

    description: str
    quantity: Decimal
    unit: Unit | None
    unit_price: Decimal
    net: Money
    tax_class: TaxClass
    period: Period | None
    charges: tuple[Charge, ...]

    @property
    def tax(self) -> Money | None:
        """The stored tax of a deducted advance; None where the tax follows the net."""
        return self.charges[0].tax

    @classmethod
    def of(cls, charges: Sequence[Charge]) -> Self:
        """Return one line for charges of one description and price.

        Where quantity × price is not the sum of the rounded nets, the line is one piece.
        """
        first = charges[0]
        net = Money.total((charge.net for charge in charges), first.net.currency)
        quantity = sum((charge.quantity for charge in charges), start=Decimal(0))
        is_exact = Money.rounded(quantity * first.unit_price, net.currency) == net
        period = _span(charges)
        return cls(
            description=_description(charges, quantity, period),
            quantity=quantity if is_exact else Decimal(1),
            unit=first.unit if is_exact else None,
            unit_price=first.unit_price if is_exact else net.amount,
            net=net,
            tax_class=first.tax_class,
            period=period,
            charges=tuple(charges),
        )


class PlannedBill(Value):
    """A bill as it would be issued today. Its key is made from what it bills first."""

    key: ChargeId
    lines: tuple[BillLine, ...]

    @property
    def net(self) -> Money:
        return Money.total((line.net for line in self.lines), self.lines[0].net.currency)

    @property
    def charges(self) -> tuple[Charge, ...]:
        return tuple(charge for line in self.lines for charge in line.charges)


def compose_bills(
    charges: Sequence[Charge],
    contract: Contract,
    holds: Mapping[ChargeId, str],
    billed: Sequence[Charge] = (),
) -> tuple[PlannedBill, ...]:
    """Return the bills of these charges, in the contract's order of lines.

    A milestone is billed with what is deducted from it; all time and expenses of a line together;
    anything else alone. A held charge waits, and what is part of it too. What exceeds a cap, after
    `billed` and less credits, is a charge below zero; it is released once the cap is raised. A bill
    of less than nothing is not composed, nor one of nothing: its charges wait. Only a milestone
    that is paid in advance makes a bill of nothing.
    """
    free = [c for c in charges if c.id not in holds and (c.part_of or c.id) not in holds]
    bills = (
        bill
        for line in contract.lines
        for bill in _of_line(line, free, contract, billed)
        if _is_due(bill)
    )
    return tuple(bills)


def _is_due(bill: PlannedBill) -> bool:
    nothing = Money.zero(bill.net.currency)
    is_prepaid = any(charge.part_of for charge in bill.charges)
    return nothing < bill.net or (is_prepaid and bill.net == nothing)


def _of_line(
    line: ContractLine, free: Sequence[Charge], contract: Contract, billed: Sequence[Charge]
) -> Iterator[PlannedBill]:
    ours = [charge for charge in free if charge.line == line.id and not charge.part_of]
    match line.arrangement:
        case ByMilestone(milestone=milestone):
            lines = [each.id for each, by, _ in contract.milestones() if by.milestone == milestone]
            reached = [charge for charge in free if charge.line in lines]
            ids = {charge.id for charge in reached}
            parts = [charge for charge in free if charge.part_of in ids]
            if reached and line.id == lines[0]:
                yield _bill([[charge] for charge in (*reached, *parts)])
        case TimeAndMaterials(cap=cap):
            groups = [*_by_role_and_month(ours), *_cap(line.id, cap, ours, contract, billed)]
            if groups:
                yield _bill(groups)
        case Expenses():
            if ours:
                yield _bill([[charge] for charge in ours])
        case _:
            for charge in ours:
                yield _bill([[charge]])


def _by_role_and_month(charges: Iterable[Charge]) -> list[list[Charge]]:
    """Group time by month, role and price: a rate that changes within a month makes two lines."""
    groups: dict[tuple[date, str, Decimal], list[Charge]] = {}
    for charge in sorted(charges, key=_place):
        month = month_of(charge.period.begin).begin if charge.period else date.min
        groups.setdefault((month, charge.description, charge.unit_price), []).append(charge)
    return [groups[key] for key in sorted(groups)]


def _cap(
    line: LineId,
    cap: Money | None,
    charges: Sequence[Charge],
    contract: Contract,
    billed: Sequence[Charge],
) -> Iterator[list[Charge]]:
    """Yield the charge for what exceeds the cap, or what a raised cap releases of it."""
    if cap is None:
        return
    used = Money.total((c.net for c in billed if c.line == line), cap.currency)
    wanted = Money.total((charge.net for charge in charges), cap.currency)
    left = cap - used - wanted
    zero = Money.zero(cap.currency)
    held_back = zero - Money.total(
        (c.net for c in billed if c.line == line and is_over_cap(c)), cap.currency
    )
    if left < zero and charges:
        first = min(charges, key=_place)
        yield [_correction(contract, line, first, left, str(first.id))]
    elif zero < left and zero < held_back:
        released = min(left, held_back)
        source = next(c for c in billed if c.line == line and is_over_cap(c))
        yield [_correction(contract, line, source, released, f"r{contract.revision}")]


def is_over_cap(charge: Charge) -> bool:
    """Return whether the charge holds back, or releases, what exceeds a cap."""
    return charge.description == NOT_TO_EXCEED


def _correction(contract: Contract, line: LineId, like: Charge, net: Money, key: str) -> Charge:
    return Charge(
        id=ChargeId(f"{line}.{NOT_TO_EXCEED}.{key.removeprefix(f'{line}.')}"),
        line=line,
        description=NOT_TO_EXCEED,
        quantity=Decimal(1),
        unit_price=net.amount,
        net=net,
        tax_class=like.tax_class,
        source=contract.source,
        revision=like.revision,
    )


def _bill(groups: Sequence[Sequence[Charge]]) -> PlannedBill:
    return PlannedBill(key=groups[0][0].id, lines=tuple(map(BillLine.of, groups)))


def _place(charge: Charge) -> tuple[date, str]:
    return (charge.period.begin if charge.period else date.min, charge.id)


def _span(charges: Sequence[Charge]) -> Period | None:
    periods = [charge.period for charge in charges if charge.period]
    if not periods:
        return None
    return Period(begin=min(p.begin for p in periods), end=max(p.end for p in periods))


def _description(charges: Sequence[Charge], quantity: Decimal, period: Period | None) -> str:
    first = charges[0]
    if first.unit is not Unit.HOUR or period is None:
        return first.description
    return f"{first.description}, {period.begin:%Y-%m}, {quantity.normalize():f} h"
