"""The VAT rates of a country since a day, with the law that sets them."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from domain.tax import TaxClass
from domain.value import Value


class VatRates(Value):
    """The rates of one country in percent, in force from `since` until its next rates.

    A country may have no reduced rates. `source` is the law, or who says so.
    """

    country: str
    since: date
    standard: Decimal
    reduced: Decimal | None = None
    second_reduced: Decimal | None = None
    source: str = ""

    def rate(self, tax_class: TaxClass) -> Decimal | None:
        """The rate of a class; None if the country has no such rate, or the class is exempt."""
        match tax_class:
            case TaxClass.STANDARD | TaxClass.STANDARD_GOODS:
                return self.standard
            case TaxClass.REDUCED | TaxClass.REDUCED_GOODS:
                return self.reduced
            case TaxClass.SECOND_REDUCED | TaxClass.SECOND_REDUCED_GOODS:
                return self.second_reduced
            case TaxClass.EXEMPT | TaxClass.EXEMPT_GOODS:
                return None


def rates_on(day: date, country: str, own: Iterable[VatRates] = ()) -> VatRates | None:
    """The rates of a country on a day; of rates since one day, a company's own count."""
    known = [rates for rates in (*own, *_RATES) if rates.country == country and rates.since <= day]
    return max(known, key=lambda rates: rates.since, default=None)


def _rates(country: str, since: date, rates: str, source: str) -> VatRates:
    standard, *reduced = map(Decimal, rates.split())
    first, second = [*reduced, None, None][:2]
    return VatRates(
        country=country,
        since=since,
        standard=standard,
        reduced=first,
        second_reduced=second,
        source=source,
    )


# The Commission's table of rates ("Taxes in Europe Database") has the same figures.
_SK, _CZ = "Act 222/2004 Z. z., § 27", "Act 235/2004 Sb., § 47"
_DE, _AT = "UStG, § 12 and § 28", "UStG 1994, § 10"
_PL, _HU = "VAT Act of 11 March 2004, Art. 41 and 146", "Act CXXVII of 2007, § 82"

_RATES: Final = (
    _rates("SK", date(2025, 1, 1), "23 19 5", _SK),
    _rates("SK", date(2023, 1, 1), "20 10 5", _SK),
    _rates("SK", date(2011, 1, 1), "20 10", _SK),
    _rates("CZ", date(2024, 1, 1), "21 12", _CZ),
    _rates("CZ", date(2015, 1, 1), "21 15 10", _CZ),
    _rates("DE", date(2021, 1, 1), "19 7", _DE),
    _rates("DE", date(2020, 7, 1), "16 5", _DE),
    _rates("DE", date(2007, 1, 1), "19 7", _DE),
    _rates("AT", date(2016, 1, 1), "20 10 13", _AT),
    _rates("PL", date(2011, 1, 1), "23 8 5", _PL),
    _rates("HU", date(2012, 1, 1), "27 18 5", _HU),
)
