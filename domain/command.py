"""The commands of people and programs, and their outcomes."""

from enum import StrEnum

from domain.actor import Actor
from domain.ids import ChargeId, DealId
from domain.refusal import Refusal
from domain.value import Value

_LONGEST_REASON = 2_000
_LONGEST_NAME = 200


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
    RAISE_EPOCH = "raise-epoch"
    RECONCILE = "reconcile"
    IMPORT_RATES = "import-rates"
    APPROVE_TIME = "approve-time"
    UNTIE_CUSTOMER = "untie-customer"


_NEEDS_REASON = frozenset(
    {
        CommandName.HOLD,
        CommandName.CANCEL,
        CommandName.CREDIT,
        CommandName.RAISE_EPOCH,
        CommandName.UNTIE_CUSTOMER,
    }
)


class CommandOutcome(StrEnum):
    """The outcome of a command."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """A rule forbade it; nothing was changed."""
    FAILED = "failed"
    """It got no answer; it may still be carried out."""


class ChargeRequest(Value):
    """A request about one charge: who asks, and why."""

    charge: ChargeId
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
    charge: str = ""
    reason: str = ""
    answer: str = ""
    workflow: str = ""

    def check(self) -> None:
        """Raise Refusal if the reason is missing, or if a text cannot be kept as it is."""
        if self.command in _NEEDS_REASON and not self.reason.strip():
            raise Refusal(f"say why: to {self.command} needs a reason")
        for name, text in self._texts().items():
            if len(text) > (longest := _longest(name)):
                raise Refusal(f"the {name} has {len(text)} characters: say it in at most {longest}")
            if _readable(text) != text:
                raise Refusal(f"the {name} holds bytes that are no text: write it anew")

    def as_kept(self) -> "CommandRecord":
        """Return the command as the trail can keep it, whatever was asked."""
        kept = {name: _readable(text[: _longest(name)]) for name, text in self._texts().items()}
        return self.model_copy(update=kept)

    def _texts(self) -> dict[str, str]:
        return {
            "deal": self.deal,
            "charge": self.charge,
            "workflow": self.workflow,
            "reason": self.reason,
        }


def _longest(name: str) -> int:
    return _LONGEST_REASON if name == "reason" else _LONGEST_NAME


def _readable(text: str) -> str:
    """Replace what PostgreSQL and JSON refuse: NUL, and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-16", "replace").decode("utf-16")
