"""A company: its names, numbers and address."""

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from domain.company_numbers import (
    compact,
    german,
    is_ico,
    is_member_state,
    register_key,
    shortened,
    vat_key,
)
from domain.ids import AccountId, CustomerKey
from domain.value import Value

_ICO_COUNTRIES = frozenset({"SK", "CZ"})


class CompanyIds(Value):
    """Registry and tax numbers as a person entered them. They are kept apart: IČO, DIČ, IČ DPH."""

    company_id: str = ""
    tax_id: str = ""
    vat_id: str = ""


class Address(Value):
    """A postal address, without its country."""

    street: str = ""
    city: str = ""
    postal_code: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that an invoice must carry and that are empty."""
        return tuple(
            name.replace("_", " ") for name in type(self).model_fields if not getattr(self, name)
        )

    def __str__(self) -> str:
        city = f"{self.postal_code} {self.city}".strip()
        return ", ".join(filter(None, (self.street, city)))


class Account(Value):
    """A customer company as the CRM has it. `country` is ISO 3166-1 alpha-2."""

    id: AccountId
    name: str
    country: str
    domain: str = ""
    billing_email: str = ""
    ids: CompanyIds = CompanyIds()
    legal_name: str = ""
    """Its name in the register, where that differs from the name in the CRM."""
    address: Address = Address()

    @property
    def invoiced_name(self) -> str:
        """The name that invoices carry."""
        return self.legal_name or self.name

    @property
    def customer_key(self) -> CustomerKey:
        """Return one key for a company's records: country, scheme and number, else this record."""
        register = register_key(self.country, self.ids.company_id)
        number = register or vat_key(self.country, self.ids.vat_id)
        return CustomerKey(number or shortened(f"account-{self.id.replace(':', '-')}"))


def wrong_ids(account: Account) -> tuple[str, ...]:
    """Return what is wrong with an account's numbers, for the person who can mend it."""
    return tuple(filter(None, (_wrong_company_id(account), _wrong_vat_id(account))))


def _wrong_company_id(account: Account) -> str:
    number = account.ids.company_id
    if number and account.country in _ICO_COUNTRIES and not is_ico(compact(number)):
        return f"company id {number!r} is no valid IČO (8 digits, the last a check)"
    if number and account.country == "DE" and not german(number):
        return f"company id {number!r} needs its court: write it as München HRB 12345"
    return ""


def _wrong_vat_id(account: Account) -> str:
    number = compact(account.ids.vat_id)
    if not number or not is_member_state(account.country):
        return ""
    try:
        eu_vat.validate(number)
    except ValidationError:
        return f"VAT id {account.ids.vat_id!r} is no valid EU VAT number (country and digits)"
    return ""
