"""Repairs a deal's record in the CRM from what the ERP and our ledger say."""

from domain.ids import DealId
from domain.value import Value


class RepairRequest(Value):
    """A request for a repair. `occasion` names it, so that it is done once: a date, a ticket."""

    deal: DealId
    occasion: str
    is_deal_closed: bool = False
    """Whether the deal has ended, so that no other run follows what is outstanding."""


class RepairResult(Value):
    """The figures that were written to the CRM."""

    deal: DealId
    written: str
