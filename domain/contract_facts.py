"""What happened under a contract, as far as it makes charges."""

from collections.abc import Mapping
from datetime import date

from domain.charge import Charge, Source
from domain.ids import ChargeId, LineId, MilestoneKey
from domain.money import Money
from domain.value import Value


class WorkedTime(Value):
    """An approved time entry: `minutes` as booked, not rounded yet."""

    line: LineId
    role: str
    day: date
    minutes: int
    source: Source


class Expense(Value):
    """An approved cost, net, before the mark-up."""

    line: LineId
    description: str
    day: date
    cost: Money
    source: Source


class ContractFacts(Value):
    """All facts of a contract; their order does not matter.

    `billed` are the charges on live bills, without the credited ones. `advance_tax` is the tax on
    each billed advance, as its document has it.
    """

    reached: Mapping[MilestoneKey, date] = {}
    time: tuple[WorkedTime, ...] = ()
    expenses: tuple[Expense, ...] = ()
    accepted_on: date | None = None
    billed: tuple[Charge, ...] = ()
    advance_tax: Mapping[LineId, Money] = {}

    def is_billed(self, charge: ChargeId) -> bool:
        return any(billed.id == charge for billed in self.billed)

    def billed_under(self, line: LineId, currency: str) -> Money:
        """Return the net of all live charges of a line: what its cap has used up."""
        nets = (charge.net for charge in self.billed if charge.line == line)
        return Money.total(nets, currency)
