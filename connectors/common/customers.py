"""Our key on an ERP's customers, and the search for them by name."""

import re

from domain.ids import CustomerKey
from domain.matching import plain_name

_PREFIX = "cw-"
_GENERATION = re.compile(r"\.\d+$")
_WORD = re.compile(r"\w+")


def customer_reference(key: CustomerKey, generation: int = 1) -> str:
    """Return our key as an ERP keeps it, in a unique field.

    An archived customer keeps its reference, so the next generation gets another one.
    """
    return f"{_PREFIX}{key}.{generation}" if generation > 1 else f"{_PREFIX}{key}"


def customer_key(reference: str) -> str:
    """Our key in a reference; empty if the customer is not ours."""
    is_ours = reference.startswith(_PREFIX)
    return _GENERATION.sub("", reference.removeprefix(_PREFIX)) if is_ours else ""


def search_word(name: str) -> str:
    """Return the longest word of a company's name that is not a legal form."""
    plain = plain_name(name).split()
    words = [word for word in _WORD.findall(name) if plain_name(word) in plain]
    return max(words, key=len, default=name)
