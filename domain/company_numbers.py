"""The numbers that registers and tax offices give to companies, and what they identify."""

import re
from hashlib import sha256
from typing import Final

from anyascii import anyascii
from stdnum.de import handelsregisternummer
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

_ICO_DIGITS = 8
_REGISTERS: Final = {"SK": "ico", "CZ": "ico", "AT": "fn", "PL": "krs", "HU": "cg"}
# python-stdnum counts Northern Ireland (XI), where only goods are of the Union.
_MEMBER_STATES: Final = frozenset(state.upper() for state in eu_vat.MEMBER_STATES) - {"XI"}
_VAT_PREFIXES: Final = {"GR": "EL"}
_COUNTRIES: Final = {prefix: country for country, prefix in _VAT_PREFIXES.items()}
# Xero keeps 50 characters of a reference: mark, installation and generation take 20 of them.
_LONGEST_KEY, _DIGEST = 30, 8
_COURT_WORDS: Final = frozenset({"AG", "Amtsgericht"})


def compact(number: str) -> str:
    """Return a number without spaces and punctuation, in upper case."""
    return "".join(character for character in number if character.isalnum()).upper()


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
    return bool(country) and vat_country(number) == country


def vat_country(number: str) -> str:
    """Return the member state of a well-formed VAT number; empty for any other text."""
    plain = compact(number)
    country = _COUNTRIES.get(plain[:2], plain[:2])
    return country if is_member_state(country) and eu_vat.is_valid(plain) else ""


def vat_key(country: str, number: str) -> str:
    """Return country, scheme and number, such as `sk-vat-2020273893`; empty without a number."""
    plain = compact(number)
    if not plain:
        return ""
    place = vat_country(plain) or country
    own = plain.removeprefix(_VAT_PREFIXES.get(place, place))
    return shortened(f"{place}-vat-{own}".lower())


def register_key(country: str, number: str) -> str:
    """Return country, register and number: `sk-ico-36421936`, `de-munchen-hrb-12345`.

    Empty where they identify no company: without a country, or a German number without its court.
    """
    plain = compact(number)
    if not country or not plain:
        return ""
    if country == "DE":
        words = re.sub(r"[^a-z0-9]+", "-", anyascii(german(number)).lower()).strip("-")
        return shortened(f"de-{words}") if words else ""
    return shortened(f"{country}-{_REGISTERS.get(country, 'register')}-{plain}".lower())


def german(number: str) -> str:
    """Return a German number as `München HRB 12345`; empty without its court, which numbers anew.

    `AG` and `Amtsgericht` may stand before the court.
    """
    words = [word for word in number.replace(",", " ").split() if word not in _COURT_WORDS]
    try:
        return str(handelsregisternummer.validate(" ".join(words)))
    except ValidationError:
        return ""


def shortened(key: str) -> str:
    """Return a key that fits into the references of every ERP; a longer one ends in its digest."""
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[: _LONGEST_KEY - _DIGEST - 1]}-{sha256(key.encode()).hexdigest()[:_DIGEST]}"
