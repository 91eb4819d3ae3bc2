"""Reads countries as people write them, in the languages of our customers."""

from functools import cache
from typing import Final

from anyascii import anyascii
from babel import Locale
from babel.core import get_global

_LANGUAGES: Final = ("en", "sk", "cs", "de", "pl", "hu", "fr", "es", "it")
_COLLOQUIAL: Final = {
    "czech republic": "CZ",
    "ceska republika": "CZ",
    "slovak republic": "SK",
    "slovenska republika": "SK",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "the netherlands": "NL",
    "holland": "NL",
    "united states of america": "US",
    "turkey": "TR",
    "el": "GR",
}


def alpha_2(country: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country by code or name; None if it is not known."""
    return _codes().get(_plain(country))


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for language in _LANGUAGES:
        territories = Locale(language).territories
        countries = {c: n for c, n in territories.items() if len(c) == 2 and c not in _NO_COUNTRIES}
        codes |= {_plain(name): code for code, name in countries.items()}
        codes |= {code.lower(): code for code in countries}
    for alias, targets in get_global("territory_aliases").items():
        if alias.isalpha() and len(targets) == 1 and targets[0].lower() in codes:
            codes.setdefault(alias.lower(), targets[0])
    return codes | _COLLOQUIAL


# CLDR's groupings and private codes stand among the territories.
_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})


def _plain(name: str) -> str:
    words = anyascii(name).casefold().replace(".", "").replace("&", " and ").split()
    return " ".join(words)
