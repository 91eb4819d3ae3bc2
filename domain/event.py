"""Facts that come in from outside. They are hints: the run reads the record again."""

from domain.ids import DealId, EventId, MilestoneKey, Subject
from domain.value import Value


class DealWon(Value):
    """Sales closed a deal, or changed one that is closed."""

    deal: DealId
    event: EventId


class DealChanged(Value):
    """Sales changed the record of a deal that Cashward carries, or took it out of the won stage."""

    deal: DealId
    event: EventId


class MilestoneReached(Value):
    """Delivery reached a milestone."""

    deal: DealId
    milestone: MilestoneKey
    event: EventId


class InvoiceChanged(Value):
    """The ERP knows something new about an invoice of ours."""

    deal: DealId
    subject: Subject
    event: EventId


class TimeTurned(Value):
    """A deal has other time to bill than before: approved, edited or deleted."""

    deal: DealId
    event: EventId


class RecordsLost(Value):
    """Our own records lack something of this deal, as after a restore from a backup."""

    deal: DealId


class RevenueStale(Value):
    """A deal's record in the CRM tells other sums than our records; `occasion` names the find."""

    deal: DealId
    occasion: str
