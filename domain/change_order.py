"""Change orders: an approved change makes the next revision of a contract."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Self

from pydantic import model_validator

from domain.actor import Actor
from domain.billing_arrangement import Advance, ByMilestone, Recurring, Retention
from domain.charge import Charge, Source
from domain.charging import recurring_charges
from domain.contract import Contract
from domain.contract_line import ContractLine, planned_charge
from domain.ids import ChargeId, LineId
from domain.money import Money
from domain.value import Value


class ChangeOrder(Value):
    """An approved change: lines that come or change, by id, and lines that end.

    A line that changes is given whole, as it is from `effective` on.
    """

    effective: date
    reason: str
    source: Source
    approved_by: Actor
    lines: tuple[ContractLine, ...] = ()
    ended: tuple[LineId, ...] = ()

    @model_validator(mode="after")
    def _names_a_line_once(self) -> Self:
        ids = [*(line.id for line in self.lines), *self.ended]
        if len(set(ids)) < len(ids):
            raise ValueError("a change order names one line twice")
        return self


class CreditProposal(Value):
    """A part of a billed charge that a change takes away: finance decide whether to credit it."""

    charge: ChargeId
    net: Money
    reason: str


class Amendment(Value):
    """The next revision of a contract, and what it means for the charges.

    With refusals nothing changes: the contract stays as it was.
    """

    contract: Contract
    added: tuple[Charge, ...] = ()
    replaced: tuple[Charge, ...] = ()
    ended: tuple[ChargeId, ...] = ()
    credits: tuple[CreditProposal, ...] = ()
    refusals: tuple[str, ...] = ()


def amend(contract: Contract, order: ChangeOrder, billed: Sequence[Charge] = ()) -> Amendment:
    """Apply an approved change order; `billed` are the charges on live bills.

    A billed charge never changes: more is a charge of its own, less is a proposed credit. The
    contract keeps what such a charge would cost if it were billed again.
    """
    if refusals := tuple(_refusals(contract, order, billed)):
        return Amendment(contract=contract, refusals=refusals)
    after = _revised(contract, order)
    known = {charge.id: charge for charge in contract.charges}
    live = {charge.id for charge in billed}
    added: list[Charge] = []
    replaced: list[Charge] = []
    ended = [charge.id for charge in contract.charges if charge.line in order.ended]
    for line in order.lines:
        if not isinstance(line.arrangement, ByMilestone):
            continue
        # An earlier addition that is not billed is part of what the line costs now.
        ours = [charge for charge in contract.charges if charge.line == line.id]
        ended += [charge.id for charge in ours if charge.id != ChargeId(line.id)]
        planned = planned_charge(line, order.source)
        more = planned.net - _billed_of(line.id, planned.net.currency, billed)
        if more.amount <= 0 and planned.id in known:
            ended.append(planned.id)
        elif planned.id in live:
            added.append(_over(planned, more, id=f"{planned.id}.r{after.revision}"))
        elif planned.id in known:
            revision = known[planned.id].revision + 1
            replaced.append(_over(planned, more, revision=revision))
        else:
            added.append(planned)
    ended = [charge for charge in ended if charge not in live]
    credits_ = tuple(_credits(contract, after, order, billed))
    charges = known | {charge.id: charge for charge in (*replaced, *added)}
    for credit in credits_:
        if charge := charges.get(credit.charge):
            left = charge.net - credit.net
            charges[charge.id] = _over(charge, left, revision=charge.revision + 1)
    kept = tuple(c for c in charges.values() if c.id not in ended and c.net.amount > 0)
    return Amendment(
        contract=after.model_copy(update={"charges": kept}),
        added=tuple(added),
        replaced=tuple(replaced),
        ended=tuple(ended),
        credits=credits_,
    )


def counts(line: ContractLine) -> bool:
    """Return whether the line is worth something by itself; advance and retention are not."""
    return not isinstance(line.arrangement, Advance | Retention)


def _revised(contract: Contract, order: ChangeOrder) -> Contract:
    changed = {line.id: line for line in order.lines}
    lines = [changed.pop(line.id, line) for line in contract.lines if line.id not in order.ended]
    lines += changed.values()
    zero = Money.zero(contract.value.currency)
    before = Money.total((_value(line) or zero for line in contract.lines), zero.currency)
    value = Money.total((_value(line) or zero for line in lines), zero.currency)
    return contract.model_copy(
        update={
            "lines": tuple(lines),
            "value": contract.value - before + value,
            "revision": contract.revision + 1,
        }
    )


def _value(line: ContractLine) -> Money | None:
    return line.value if counts(line) else None


def _refusals(contract: Contract, order: ChangeOrder, billed: Sequence[Charge]) -> Iterator[str]:
    known = {line.id: line for line in contract.lines}
    for ended in order.ended:
        if ended not in known:
            yield f"there is no line {ended!r} to end"
    for line in order.lines:
        before, value = known.get(line.id), line.value
        if value is not None and value.currency != contract.value.currency:
            yield f"{line.id}: a contract in {contract.value.currency} has no {value.currency}"
        elif value is not None and value.amount < 0:
            yield f"{line.id}: a line of {value} is below zero: credit what was billed instead"
        if isinstance(line.arrangement, ByMilestone) and value is None:
            yield f"{line.id}: a milestone needs a value"
        is_billed = any(charge.line == line.id for charge in billed)
        if before and is_billed and _kind(before) != _kind(line):
            yield f"{line.id} is billed: its tax class and its way of billing cannot change"


def _kind(line: ContractLine) -> tuple[str, str]:
    return (line.tax_class, line.arrangement.kind)


def _credits(
    contract: Contract, after: Contract, order: ChangeOrder, billed: Sequence[Charge]
) -> Iterator[CreditProposal]:
    """Yield what was billed of a milestone or a period and is not owed any more."""
    lines = {line.id: line for line in after.lines}
    for before in contract.lines:
        now = lines.get(before.id)
        if isinstance(before.arrangement, ByMilestone):
            yield from _less(before.id, now, order, billed)
        elif now and isinstance(now.arrangement, Recurring) and now != before:
            yield from _periods(now, now.arrangement, after, order, billed)


def _less(
    line: LineId, now: ContractLine | None, order: ChangeOrder, billed: Sequence[Charge]
) -> Iterator[CreditProposal]:
    ours = [charge for charge in billed if charge.line == line]
    if not ours:
        return
    zero = Money.zero(ours[0].net.currency)
    less = _billed_of(line, zero.currency, billed) - ((now.value if now else None) or zero)
    # From the newest charge back: a later addition is the first that falls away.
    for charge in sorted(ours, key=lambda each: each.id, reverse=True):
        part = min(less, charge.net)
        if zero < part:
            yield CreditProposal(charge=charge.id, net=part, reason=order.reason)
            less -= part


def _periods(
    line: ContractLine,
    arrangement: Recurring,
    after: Contract,
    order: ChangeOrder,
    billed: Sequence[Charge],
) -> Iterator[CreditProposal]:
    last = max((c.period.end for c in billed if c.line == line.id and c.period), default=None)
    if last is None:
        return
    owed = {c.id: c.net for c in recurring_charges(line, arrangement, after, last)}
    for charge in billed:
        if charge.line != line.id:
            continue
        less = charge.net - owed.get(charge.id, Money.zero(charge.net.currency))
        if less.amount > 0:
            yield CreditProposal(charge=charge.id, net=less, reason=order.reason)


def _billed_of(line: LineId, currency: str, billed: Sequence[Charge]) -> Money:
    return Money.total((charge.net for charge in billed if charge.line == line), currency)


def _over(planned: Charge, net: Money, **changes: object) -> Charge:
    return planned.model_copy(update={"net": net, "unit_price": net.amount, **changes})
