"""Cuts a whole into parts by weight so that nothing is lost."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from domain.refusal import Refusal


def allocate(whole: Decimal, weights: Sequence[Decimal], unit: Decimal) -> tuple[Decimal, ...]:
    """Cut into parts that add up exactly, each less than a unit from its ideal.

    Largest remainder: units left over go to the largest fractions, ties to the earlier part. It
    works on the absolute amount, so a negative whole mirrors the positive one. Raises Refusal for
    weights that cut nothing.
    """
    total = sum(weights, start=Decimal(0))
    if total <= 0 or min(weights) < 0:
        raise Refusal(
            f"cannot split {whole} by weights {[str(w) for w in weights]}: need positive weights"
        )
    units = abs(whole) / unit
    ideals = [units * weight / total for weight in weights]
    parts = [ideal.to_integral_value(ROUND_DOWN) for ideal in ideals]
    left = int(units - sum(parts))
    for index in sorted(range(len(parts)), key=lambda i: (parts[i] - ideals[i], i))[:left]:
        parts[index] += 1
    sign = -unit if whole < 0 else unit
    return tuple(part * sign for part in parts)


def last_digit(number: Decimal) -> Decimal:
    """Return one unit in the last place of a finite number: 0.01 for 33.33."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise Refusal(f"{number} is not finite")
    return Decimal(1).scaleb(exponent)
