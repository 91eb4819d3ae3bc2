"""The stages of a deal on its way to cash."""

from enum import StrEnum


class Stage(StrEnum):
    """The stage of a deal, from won to closed or cancelled."""

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
