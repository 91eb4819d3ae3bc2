"""Fills a new store from `seed/xero.json`."""

import json
from pathlib import Path

from testbed.vendors.common.state import Doc
from testbed.vendors.xero.records import ID_FIELDS, Records
from testbed.vendors.xero.rules.contacts import draft_contact

_SEED = Path(__file__).parent.parent / "seed" / "xero.json"


def fill(records: Records) -> None:
    """Store the organisation, its settings and its first contacts."""
    seed: dict[str, list[Doc]] = json.loads(_SEED.read_text())
    contacts = seed.pop("Contacts")
    for kind, docs in seed.items():
        for doc in docs:
            records.collection(kind).put(doc[ID_FIELDS[kind]], doc)
    for contact in contacts:
        drafted = draft_contact(contact, None, records)
        records.save("Contacts", {"ContactID": contact["ContactID"], **drafted})
