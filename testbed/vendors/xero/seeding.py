"""Fills a new world from `seed/xero.json`."""

import json
from pathlib import Path
from typing import Any

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.books import ID_FIELDS, Books
from testbed.vendors.xero.rules.contacts import draft_contact

_SEED = Path(__file__).parent.parent / "seed" / "xero.json"
TENANT = {"id": "5d0c2a86-6f0b-4d8e-9a37-2f4e1c6b8a90", "name": "Lowfold Systems s.r.o."}


def plant(books: Books) -> None:
    """Put the organisation, its settings and its first contacts into empty books."""
    seed: dict[str, list[Doc]] = json.loads(_SEED.read_text(), parse_float=_no_float)
    contacts = seed.pop("Contacts")
    for kind, docs in seed.items():
        for doc in docs:
            books.shelf(kind).put(doc[ID_FIELDS[kind]], doc)
    for contact in contacts:
        drafted = draft_contact(contact, None, books)
        books.file("Contacts", {"ContactID": contact["ContactID"], **drafted})


def _no_float(text: str) -> Any:  # noqa: ANN401
    msg = f"amounts in the seed are texts, not numbers: {text}"
    raise ValueError(msg)
