"""Ids as types, so that an id of one kind is never taken for another."""

from typing import NewType

DealId = NewType("DealId", str)
"""`system:id`, such as `hubspot:51230000017`: unique over all CRMs."""

AccountId = NewType("AccountId", str)
ContactId = NewType("ContactId", str)
OwnerId = NewType("OwnerId", str)
CustomerKey = NewType("CustomerKey", str)
"""Our key of a customer, made from its company id where it has one: `sk-36421928`."""

ChargeId = NewType("ChargeId", str)
"""A charge within its contract: `m1`, `m2`, …"""

MilestoneKey = NewType("MilestoneKey", str)
"""A milestone within its contract; the charge for reaching it has the same id."""

Subject = NewType("Subject", str)
"""The subject of an effect or claim: `hubspot:51230000017:m2:r1`."""

EventId = NewType("EventId", str)
"""The id of a fact, the same however often it is reported."""

ExternalId = NewType("ExternalId", str)
"""The id another system gave to a thing."""


def local_id(deal: DealId) -> str:
    """The CRM's own id of a deal."""
    return deal.partition(":")[2]
