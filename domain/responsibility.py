"""The parties that must act: in the company, the customer, or Cashward itself."""

from collections.abc import Iterable
from enum import StrEnum


class Party(StrEnum):
    """The party that must act next, never a person's name."""

    DEAL_OWNER = "deal owner"
    DELIVERY_MANAGER = "delivery manager"
    FINANCE = "finance"
    OPERATOR = "operator"
    CUSTOMER = "customer"
    CASHWARD = "cashward"
    NOBODY = "nobody"


def name_parties(parties: Iterable[Party]) -> str:
    """The parties as people read them: `deal owner, finance`."""
    return ", ".join(parties)
