"""Tells which charges a credit note credits: exactly those become free, each once."""

from collections.abc import Iterator, Sequence

from domain.bill_composition import BillLine
from domain.ids import ChargeId
from domain.money import Money
from domain.value import Value


class CreditedLine(Value):
    """A line of a credit note as the ERP has it, as a positive amount."""

    description: str = ""
    net: Money


class Allocation(Value):
    """The charges that a credit note credits in full."""

    charges: tuple[ChargeId, ...]


class Ambiguous(Value):
    """A credit note that fits no charges, or several: finance say which it means."""

    net: Money
    why: str
    candidates: tuple[ChargeId, ...]


def allocate_credit(
    document: Sequence[BillLine],
    credit_note: Sequence[CreditedLine],
    credited: Sequence[ChargeId] = (),
) -> Allocation | Ambiguous:
    """Match a credit note to the charges of the document that are not credited yet.

    It credits all that is left, or each of its lines is a line or charge of that net; where two
    are alike, the description must tell them apart. Nothing is guessed.
    """
    rest = [_without(line, credited) for line in document]
    open_ = [line for line in rest if line is not None]
    candidates = tuple(charge.id for line in open_ for charge in line.charges)
    net = Money.total((line.net for line in credit_note), credit_note[0].net.currency)
    if net == Money.total((line.net for line in open_), net.currency):
        return Allocation(charges=candidates)
    found: list[ChargeId] = []
    for line in credit_note:
        left = [each for each in _parts(open_) if not set(_ids(each)) & set(found)]
        fitting = _fitting(line, left)
        if len(fitting) != 1:
            why = "fits no charge" if not fitting else f"fits {len(fitting)} charges alike"
            return Ambiguous(net=net, why=f"{line.net} {why}", candidates=candidates)
        found += _ids(fitting[0])
    return Allocation(charges=tuple(found))


def _fitting(line: CreditedLine, parts: Sequence[BillLine]) -> Sequence[BillLine]:
    """Return the parts with this net; of those, the ones so described, if there are any."""
    alike = [part for part in parts if part.net == line.net]
    described = [part for part in alike if part.description in line.description]
    return described or alike


def _parts(lines: Sequence[BillLine]) -> Iterator[BillLine]:
    for line in lines:
        yield line
        if len(line.charges) > 1:
            yield from (BillLine.of([charge]) for charge in line.charges)


def _without(line: BillLine, credited: Sequence[ChargeId]) -> BillLine | None:
    left = [charge for charge in line.charges if charge.id not in credited]
    if len(left) == len(line.charges):
        return line
    return BillLine.of(left) if left else None


def _ids(line: BillLine) -> Sequence[ChargeId]:
    return [charge.id for charge in line.charges]
