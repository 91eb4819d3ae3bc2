"""What people and programs ask of Cashward, and what became of it."""

from enum import StrEnum

from domain.actor import Actor
from domain.ids import DealId, ItemKey
from domain.value import Value


class CommandName(StrEnum):
    """The names of commands; they are permanent, since the audit trail has them."""

    START = "start"
    SIGNAL = "signal"
    APPROVE = "approve"
    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    CREDIT = "credit"
    DECIDE = "decide"


class CommandOutcome(StrEnum):
    """What became of a command."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """A rule forbade it; nothing was changed."""
    FAILED = "failed"
    """It got no answer; it may still be carried out."""


class ItemRequest(Value):
    """A request about one billable item: who asks, and why."""

    item: ItemKey
    by: Actor
    reason: str = ""


class CommandRecord(Value):
    """One command in the audit trail. `id` names the request; each outcome is recorded once.

    `reason` is why the actor asked; `answer` is what Cashward said.
    """

    id: str
    deal: DealId
    command: CommandName
    actor: Actor
    outcome: CommandOutcome = CommandOutcome.ACCEPTED
    item: str = ""
    reason: str = ""
    answer: str = ""
    workflow: str = ""
