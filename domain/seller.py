"""The company that sells: its legal identity, and what its taxes and days depend on."""

from datetime import date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from domain.company import Address, CompanyIds
from domain.company_numbers import is_member_state, is_vat_id_of
from domain.tax_rates import VatRates, rates_on
from domain.value import Value


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{name!r} is no time zone: write it as Europe/Bratislava") from None
    return name


class Seller(Value):
    """The company as its invoices name it (Directive 2006/112/EC, Art. 226).

    `country` is ISO 3166-1 alpha-2. `vat_rates` are the company's own, beside those we know.
    """

    legal_name: str = Field(min_length=1)
    country: str = Field(pattern="^[A-Z]{2}$")
    address: Address
    time_zone: Annotated[str, AfterValidator(_known_zone)]
    ids: CompanyIds = CompanyIds()
    is_vat_payer: bool = True
    vat_rates: tuple[VatRates, ...] = ()

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.address.missing:
            raise ValueError(f"the address lacks {', '.join(self.address.missing)}")
        return self

    @model_validator(mode="after")
    def _payer_has_vat_id(self) -> Self:
        is_needed = self.is_vat_payer and is_member_state(self.country)
        if is_needed and not is_vat_id_of(self.country, self.ids.vat_id):
            raise ValueError(f"a VAT payer of {self.country} needs its valid VAT id in ids.vat_id")
        return self

    def local_day(self, moment: datetime) -> date:
        """The day at the seller's place: documents are dated by it."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def rates_on(self, day: date) -> VatRates | None:
        return rates_on(day, self.country, self.vat_rates)
