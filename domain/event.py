"""Facts that come in from outside. They are hints: what they say is read again."""

from domain.names import DealId, EventId, ItemKey, Subject
from domain.value import Value


class DealWon(Value):
    deal: DealId
    event: EventId


class MilestoneReached(Value):
    deal: DealId
    item: ItemKey
    event: EventId


class InvoiceChanged(Value):
    deal: DealId
    subject: Subject
    event: EventId
