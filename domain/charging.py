"""Makes the charges of a contract from what happened: each id comes from what it charges for."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from domain.billing_arrangement import (
    Advance,
    ByMilestone,
    Expenses,
    Recurring,
    Retention,
    TimeAndMaterials,
)
from domain.charge import Charge, Source
from domain.contract import Contract
from domain.contract_facts import ContractFacts
from domain.contract_line import ContractLine
from domain.deal import Unit
from domain.ids import ChargeId
from domain.money import Money
from domain.period import Period, calendar_periods


def charges_from(contract: Contract, facts: ContractFacts, today: date) -> tuple[Charge, ...]:
    """Return all charges that are due to be billed and are on no live bill, ordered by line.

    Milestones reached, with what an advance deducts and a retention withholds; time and expenses
    approved; periods begun or ended; advances due; retentions released. The order of the facts
    changes nothing.
    """
    made = [charge for line in contract.lines for charge in _charges(contract, line, facts, today)]
    there = {charge.id for charge in made}
    order = {line.id: place for place, line in enumerate(contract.lines)}
    waiting = (
        charge
        for charge in made
        if not facts.is_billed(charge.id) and (charge.part_of is None or charge.part_of in there)
    )
    return tuple(sorted(waiting, key=lambda each: (order[each.line], _begin(each), each.id)))


def recurring_charges(
    line: ContractLine, arrangement: Recurring, contract: Contract, today: date
) -> Iterator[Charge]:
    """Yield the charge of each period that has begun, or ended where the fee is in arrears.

    A part of a period costs the fee in proportion to its calendar days.
    """
    until = min(today, arrangement.end or today)
    first = arrangement.start
    for whole in calendar_periods(arrangement.interval, first, until) if first <= until else ():
        begin = max(whole.begin, first)
        end = min(whole.end, arrangement.end or whole.end)
        if not arrangement.in_advance and end >= today:
            continue
        period = Period(begin=begin, end=end)
        fee = arrangement.fee
        net = Money.rounded(fee.amount * period.days / whole.days, fee.currency)
        yield _whole(
            line,
            f"{line.id}.{whole.begin:%Y-%m}",
            net,
            source=contract.source,
            period=period,
            description=f"{line.name}, {period}",
        )


def _charges(
    contract: Contract, line: ContractLine, facts: ContractFacts, today: date
) -> Iterator[Charge]:
    match line.arrangement:
        case ByMilestone(milestone=milestone):
            if milestone in facts.reached:
                reached = Period.of_day(facts.reached[milestone])
                for charge in contract.charges:
                    if charge.line == line.id:
                        yield charge.model_copy(update={"period": reached})
        case TimeAndMaterials() as arrangement:
            yield from _time(line, arrangement, facts)
        case Expenses(markup=markup):
            yield from _expenses(line, markup, facts)
        case Recurring() as arrangement:
            yield from recurring_charges(line, arrangement, contract, today)
        case Advance() as arrangement:
            yield from _advance(contract, line, arrangement, facts, today)
        case Retention() as arrangement:
            yield from _retention(contract, line, arrangement, facts, today)


def _time(
    line: ContractLine, arrangement: TimeAndMaterials, facts: ContractFacts
) -> Iterator[Charge]:
    for entry in facts.time:
        if entry.line != line.id:
            continue
        price = arrangement.rate(entry.role, entry.day)
        hours = arrangement.rounding.hours(entry.minutes)
        yield Charge(
            id=ChargeId(f"{line.id}.{entry.source.id}"),
            line=line.id,
            description=entry.role,
            quantity=hours,
            unit=Unit.HOUR,
            unit_price=price.amount,
            net=Money.rounded(hours * price.amount, price.currency),
            tax_class=line.tax_class,
            period=Period.of_day(entry.day),
            source=entry.source,
        )


def _expenses(line: ContractLine, markup: Decimal, facts: ContractFacts) -> Iterator[Charge]:
    for expense in facts.expenses:
        if expense.line == line.id:
            yield _whole(
                line,
                f"{line.id}.{expense.source.id}",
                expense.cost + expense.cost.share(markup),
                source=expense.source,
                period=Period.of_day(expense.day),
                description=expense.description,
            )


def _advance(
    contract: Contract,
    line: ContractLine,
    arrangement: Advance,
    facts: ContractFacts,
    today: date,
) -> Iterator[Charge]:
    """Yield the advance once it is due; when it is billed, what each milestone deducts of it."""
    if line.value is None:
        return
    if arrangement.due is None or arrangement.due <= today:
        yield _whole(line, line.id, line.value, source=contract.source)
    billed = next((charge for charge in facts.billed if charge.id == ChargeId(line.id)), None)
    if billed is None:
        return
    parts = _deductions(contract, line, billed.net, facts)
    taxes = (
        _deductions(contract, line, facts.advance_tax[line.id], facts, is_tax=True)
        if line.id in facts.advance_tax
        else {}
    )
    for milestone, deducted in parts.items():
        yield _whole(
            line,
            f"{line.id}.{milestone}",
            -deducted,
            source=contract.source,
            part_of=milestone,
            tax=-taxes[milestone] if milestone in taxes else None,
            description=f"{line.name}: deducted",
        )


def _deductions(
    contract: Contract,
    line: ContractLine,
    whole: Money,
    facts: ContractFacts,
    *,
    is_tax: bool = False,
) -> dict[ChargeId, Money]:
    """Share the advance out over the milestones; after the last one it is used up to the cent.

    The shares are those of the whole contract, whatever comes first. Only where a change order or
    a late advance made bills differ from them, the rest is shared out over what is not billed.
    """
    values = {charge.id: charge.net.amount for charge in contract.milestone_charges()}
    shared = dict(zip(values, whole.allocate(list(values.values())), strict=True))
    deducted = [charge for charge in facts.billed if charge.line == line.id and charge.part_of]
    amounts = [charge.tax if is_tax else charge.net for charge in deducted]
    left = whole + Money.total((amount for amount in amounts if amount), whole.currency)
    open_ = [each for each in values if not facts.is_billed(each)]
    rest = Money.total((shared[each] for each in open_), whole.currency)
    if not open_ or rest == left:
        return {each: shared[each] for each in open_}
    return dict(zip(open_, left.allocate([values[each] for each in open_]), strict=True))


def _retention(
    contract: Contract,
    line: ContractLine,
    arrangement: Retention,
    facts: ContractFacts,
    today: date,
) -> Iterator[Charge]:
    """Yield what each milestone withholds; after the acceptance, the release of what was."""
    accepted = facts.accepted_on
    is_over = bool(accepted and accepted + timedelta(days=arrangement.release_days) <= today)
    for charge in contract.milestone_charges():
        if not facts.is_billed(charge.id):
            yield _whole(
                line,
                f"{line.id}.{charge.id}",
                -charge.net.share(arrangement.share),
                source=contract.source,
                part_of=charge.id,
                description=f"{line.name}: {arrangement.share.normalize():f} % withheld",
            )
    if is_over:
        yield from _releases(line, facts, contract.source)


def _releases(line: ContractLine, facts: ContractFacts, source: Source) -> Iterator[Charge]:
    for withheld in facts.billed:
        if withheld.line == line.id and withheld.part_of:
            yield _whole(
                line,
                f"{withheld.id}.release",
                -withheld.net,
                source=source,
                description=f"{line.name}: released",
            )


def _whole(  # noqa: PLR0913 - the facts of a charge, by name
    line: ContractLine,
    id: str,
    net: Money,
    *,
    source: Source,
    period: Period | None = None,
    description: str = "",
    part_of: ChargeId | None = None,
    tax: Money | None = None,
) -> Charge:
    """Return a charge over one piece."""
    return Charge(
        id=ChargeId(id),
        line=line.id,
        description=description or line.name,
        quantity=Decimal(1),
        unit_price=net.amount,
        net=net,
        tax_class=line.tax_class,
        period=period,
        source=source,
        part_of=part_of,
        tax=tax,
    )


def _begin(charge: Charge) -> date:
    return charge.period.begin if charge.period else date.min
