"""The needs of a run that waits for a person: what, why, who, since when."""

from datetime import datetime
from enum import StrEnum

from domain.actor import Actor
from domain.deal import Finding
from domain.ids import DealId
from domain.refusal import Refusal
from domain.responsibility import Party
from domain.value import Value

INCOMPLETE = "preflight"
"""The kind of attention that waits for sales to complete the deal."""


_FOR_FINANCE = frozenset({"ContractValueExceeded", "Refusal"})
"""The failures that compare what is billed with what was agreed, by the names of their types."""


def responsible_for(failure: str) -> Party:
    """Return who mends a failure of an activity; `failure` is the name of its type."""
    return Party.FINANCE if failure in _FOR_FINANCE else Party.OPERATOR


class Action(StrEnum):
    """The actions that a person may choose for a parked run."""

    RETRY = "retry"
    SKIP = "skip"
    AMEND = "amend"
    ABORT = "abort"


class Decision(Value):
    """A person's decision about a parked run.

    `choice` amends: the customer id to use, or `new`. An attention says what it understands.
    `key` and `since` name the attention; without a key it is the only one that is open.
    """

    action: Action
    by: Actor
    key: str = ""
    since: datetime | None = None
    reason: str = ""
    choice: str = ""


class Attention(Value):
    """Why a run waits, and for whom. `key` names the attention within its run."""

    key: str
    workflow: str
    deal: DealId
    kind: str
    what: str
    why: str
    responsible: tuple[Party, ...]
    since: datetime
    actions: tuple[Action, ...]
    findings: tuple[Finding, ...] = ()
    choices: tuple[str, ...] = ()

    @property
    def is_for_owner(self) -> bool:
        """Whether the deal's owner must act, alone or with others."""
        return Party.DEAL_OWNER in self.responsible

    def check(self, decision: Decision) -> None:
        """Raise Refusal, naming what is possible, if this decision is not."""
        if decision.action not in self.actions:
            possible = ", ".join(self.actions)
            raise Refusal(f"cannot {decision.action} {self.kind}: {possible} would count")
        if decision.action is Action.AMEND and decision.choice not in self.choices:
            raise Refusal(
                f"{decision.choice!r} is no choice here: choose one of {', '.join(self.choices)}"
            )
