"""Time that the team spent, as the PM has it."""

from datetime import date
from decimal import Decimal

from domain.ids import ExternalId
from domain.value import Value


class TimeEntry(Value):
    """Hours of one person on one day. `package` is the WBS key, or empty if not ours.

    `person` is the PM's id of the person; names stay there.
    """

    id: ExternalId
    person: str
    day: date
    hours: Decimal
    package: str = ""
    is_approved: bool = False
