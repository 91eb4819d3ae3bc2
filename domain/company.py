"""A company and the numbers that identify it."""

from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from domain.ids import AccountId, CustomerKey
from domain.value import Value

_ICO_COUNTRIES = frozenset({"SK", "CZ"})
_ICO_DIGITS = 8
# python-stdnum counts Northern Ireland (XI), where only goods are of the Union.
_MEMBER_STATES = frozenset(state.upper() for state in eu_vat.MEMBER_STATES) - {"XI"}
_VAT_PREFIXES = {"GR": "EL"}


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
        """Return one key for a company's records: its registry or VAT number, else this record."""
        if self.ids.company_id:
            return CustomerKey(f"{self.country.lower()}-{digits(self.ids.company_id)}")
        if self.ids.vat_id:
            return CustomerKey(f"vat-{compact(self.ids.vat_id).lower()}")
        return CustomerKey(f"account-{self.id.replace(':', '-')}")


def digits(number: str) -> str:
    return "".join(character for character in number if character.isalnum()).upper()


def compact(number: str) -> str:
    """Return a number without spaces and punctuation, in upper case."""
    return digits(number)


def is_ico(number: str) -> bool:
    """Whether this is a Slovak or Czech IČO: 8 digits, the last one a check digit (modulo 11)."""
    if len(number) != _ICO_DIGITS or not number.isdecimal() or not number.isascii():
        return False
    weighted = sum((8 - place) * int(digit) for place, digit in enumerate(number[:7]))
    return int(number[7]) == ((11 - weighted % 11) % 11 or 1) % 10


def is_member_state(country: str) -> bool:
    """Whether this country (ISO 3166-1 alpha-2) is of the EU's VAT territory."""
    return country in _MEMBER_STATES


def is_vat_id_of(country: str, number: str) -> bool:
    """Whether this is a well-formed VAT number of this member state, with its check digits."""
    prefix = _VAT_PREFIXES.get(country, country)
    return compact(number).startswith(prefix) and bool(eu_vat.is_valid(compact(number)))


def wrong_ids(account: Account) -> tuple[str, ...]:
    """Return what is wrong with an account's numbers, for the person who can mend it."""
    return tuple(filter(None, (_wrong_company_id(account), _wrong_vat_id(account))))


def _wrong_company_id(account: Account) -> str:
    number = digits(account.ids.company_id)
    if number and account.country in _ICO_COUNTRIES and not is_ico(number):
        return f"company id {account.ids.company_id!r} is no valid IČO (8 digits, the last a check)"
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
