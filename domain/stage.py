"""How far a deal has come on its way to cash."""

from enum import StrEnum


class Stage(StrEnum):
    """From won to closed, or to cancelled."""

    WON = "won"
    HANDOFF = "handoff"
    KICKOFF = "kickoff"
    DELIVERY = "delivery"
    COLLECTION = "collection"
    CLOSED = "closed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in {Stage.CLOSED, Stage.CANCELLED}
