"""Ids as types, so that an id of one kind is never taken for another."""

import re
import unicodedata
from hashlib import sha256
from typing import NewType

_LONGEST_SLUG = 40

DealId = NewType("DealId", str)
"""`system:id`, such as `hubspot:51230000017`: unique over all CRMs."""

AccountId = NewType("AccountId", str)
ContactId = NewType("ContactId", str)
OwnerId = NewType("OwnerId", str)
CustomerKey = NewType("CustomerKey", str)
"""Our key of a customer, country, scheme and number where it has one: `sk-ico-36421928`."""

LineId = NewType("LineId", str)
"""A line within its contract: the source's own id, or a slug of its name; never a position."""

ChargeId = NewType("ChargeId", str)
"""A charge within its contract: `go-live`, `retention.go-live`."""

MilestoneKey = NewType("MilestoneKey", str)
"""A milestone within its contract; the charge for reaching it has the same id."""

Subject = NewType("Subject", str)
"""The subject of an effect or claim: `hubspot:51230000017:go-live:r1`."""

EventId = NewType("EventId", str)
"""The id of a fact, the same however often it is reported."""

ExternalId = NewType("ExternalId", str)
"""The id another system gave to a thing."""


def local_id(deal: DealId) -> str:
    """The CRM's own id of a deal."""
    return deal.partition(":")[2]


def slug_of(name: str) -> str:
    """Return a name as lower-case ASCII words with hyphens: `Návrh, 1. časť` is `navrh-1-cast`.

    A name without a Latin letter or digit becomes a digest of it.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_SLUG].strip("-")
    return words or "x" + sha256(name.casefold().encode()).hexdigest()[:8]
