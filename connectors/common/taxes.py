"""Chooses a tax rate of an ERP, and says what a person must set up where none fits."""

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from connectors.common.cached import Cached
from domain.tax import TaxTreatment, tax_rule

D = TypeVar("D")
T = TypeVar("T")

TREATMENT_NAMES: Final = {
    TaxTreatment.REVERSE_CHARGE: "reverse charge",
    TaxTreatment.EXPORT: "export",
    TaxTreatment.EXEMPT: "exempt",
    TaxTreatment.OUTSIDE_SCOPE: "outside scope",
}
"""A tax rate of 0 % is found by these words in its name."""


class TaxLabel(NamedTuple):
    """The category (UNCL 5305) and the rate in percent that a tax of an ERP stands for."""

    category: str
    rate: Decimal


def label_of(rate: Decimal, treatments: Collection[TaxTreatment], *, otherwise: str) -> TaxLabel:
    """The label of a tax that we use for these treatments, or `otherwise` for none.

    The category is empty where it may be one of several.
    """
    known = {tax_rule(each, standard_rate=rate).category for each in treatments}
    if not known:
        return TaxLabel(otherwise, rate)
    return TaxLabel(known.pop() if len(known) == 1 else "", rate)


def tax_problems(fitting: Callable[[TaxTreatment], Sequence[str]], setting: str) -> Iterator[str]:
    """One sentence for each treatment without its tax rate; `fitting` names the rates that fit."""
    for treatment in TaxTreatment:
        is_taxed = treatment is TaxTreatment.DOMESTIC
        found = fitting(treatment)
        # The rule says which of several domestic rates is meant.
        if not found or (len(found) > 1 and not is_taxed):
            rate = "the standard rate" if is_taxed else "0 %"
            yield no_single_rate(treatment, rate, found, setting)


async def single(data: Cached[D], fitting: Callable[[D], list[T]]) -> list[T]:
    """The one tax that fits, or else all that do.

    Where not exactly one fits, the data is read again: a person may have corrected it.
    """
    found = fitting(await data.get())
    return found if len(found) == 1 else fitting(await data.again())


def suits(percentage: Decimal, treatment: TaxTreatment, rate: Decimal | None) -> bool:
    """Whether a tax has this rate; without a rate, whether its percentage suits the treatment."""
    if rate is not None:
        return percentage == rate
    return percentage > 0 if treatment is TaxTreatment.DOMESTIC else percentage == 0


def percent(rate: Decimal) -> str:
    return f"{rate.normalize():f} %"


def no_single_rate(treatment: TaxTreatment, rate: str, found: Sequence[str], setting: str) -> str:
    """Says what finance must do where no rate fits, or several; `found` names those that fit."""
    sales = f"{treatment.replace('_', ' ')} sales"
    if found:
        return f"several tax rates fit {sales}: choose one in `{setting}`: {', '.join(found)}"
    name = TREATMENT_NAMES.get(treatment)
    named = f" with {name!r} in its name" if name else ""
    return (
        f"no tax rate fits {sales}: finance must create a sales tax rate of {rate}{named}, "
        f"or name theirs in `{setting}`"
    )
