"""Taxes sales and rounds the tax."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from domain.money import Money
from domain.value import Value


class TaxTreatment(StrEnum):
    """The VAT treatment of a sale, by the places of both parties and the thing sold."""

    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"
    EXPORT = "export"
    EXEMPT = "exempt"
    OUTSIDE_SCOPE = "outside_scope"


class TaxClass(StrEnum):
    """The tax class of a thing sold: which rate it has at home, and whether it is goods."""

    STANDARD = "standard"
    REDUCED = "reduced"
    SECOND_REDUCED = "second_reduced"
    EXEMPT = "exempt"
    STANDARD_GOODS = "standard_goods"
    REDUCED_GOODS = "reduced_goods"
    SECOND_REDUCED_GOODS = "second_reduced_goods"
    EXEMPT_GOODS = "exempt_goods"

    @property
    def is_goods(self) -> bool:
        """Whether goods are supplied; a service otherwise."""
        return self.endswith("_goods")

    @property
    def is_exempt(self) -> bool:
        return self in {TaxClass.EXEMPT, TaxClass.EXEMPT_GOODS}


class TaxRounding(StrEnum):
    """The rounding of VAT: EN 16931 (BR-CO-17) rounds per category, some ERPs per line."""

    PER_LINE = "per_line"
    PER_CATEGORY = "per_category"


class TaxRule(Value):
    """The VAT category (EN 16931, UNCL 5305), the rate in percent, the invoice's words."""

    treatment: TaxTreatment
    category: str
    rate: Decimal
    note: str = ""


_CATEGORIES = {
    TaxTreatment.REVERSE_CHARGE: ("AE", "Reverse charge (Directive 2006/112/EC, Art. 196)"),
    TaxTreatment.EXPORT: ("G", "Export of goods, exempt (Directive 2006/112/EC, Art. 146)"),
    TaxTreatment.EXEMPT: ("E", "Exempt from VAT"),
    TaxTreatment.OUTSIDE_SCOPE: ("O", "Not subject to VAT"),
}


def tax_rule(treatment: TaxTreatment, *, standard_rate: Decimal) -> TaxRule:
    """The rule for a treatment; only domestic sales carry the rate."""
    if treatment is TaxTreatment.DOMESTIC:
        return TaxRule(treatment=treatment, category="S", rate=standard_rate)
    return untaxed(treatment)


def untaxed(treatment: TaxTreatment, note: str = "") -> TaxRule:
    """The rule for a treatment without tax; `note` replaces its usual words."""
    category, words = _CATEGORIES[treatment]
    return TaxRule(treatment=treatment, category=category, rate=Decimal(0), note=note or words)


def tax_on(nets: Sequence[Money], rule: TaxRule, rounding: TaxRounding) -> Money:
    """Return the VAT on the lines of one category, rounded half up where the ERP rounds it."""
    currency = nets[0].currency
    if rounding is TaxRounding.PER_LINE:
        return Money.total((net.share(rule.rate) for net in nets), currency)
    return Money.total(nets, currency).share(rule.rate)
