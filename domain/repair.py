"""Putting a deal's record in the CRM right again, from what the ERP and our books say."""

from domain.ids import DealId
from domain.value import Value


class RepairRequest(Value):
    """`occasion` names this repair, so that each is told once: a date, a ticket."""

    deal: DealId
    occasion: str
    is_deal_closed: bool = False
    """The deal has ended: what is outstanding now, nobody else will see to."""


class RepairResult(Value):
    """What the CRM was told."""

    deal: DealId
    written: str
