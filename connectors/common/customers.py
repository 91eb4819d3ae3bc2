"""The search for an ERP's customers by name."""

import re

from domain.matching import plain_name

_WORD = re.compile(r"\w+")


def search_word(name: str) -> str:
    """Return the longest word of a company's name that is not a legal form."""
    plain = plain_name(name).split()
    words = [word for word in _WORD.findall(name) if plain_name(word) in plain]
    return max(words, key=len, default=name)
