"""The snapshot that a deal's run hands to the next run."""

from domain.actor import Actor
from domain.billing_schedule import BillingSchedule
from domain.contract import Contract, Policy
from domain.difference import TermChange
from domain.ids import ChargeId, DealId, Subject
from domain.kickoff import Kickoff, KickoffResult
from domain.stage import Stage
from domain.value import Value


class DealSnapshot(Value):
    """The memory of a deal's run. The first run knows the deal and the policy only."""

    deal: DealId
    policy: Policy = Policy()
    stage: Stage = Stage.WON
    contract: Contract | None = None
    kickoff: Kickoff | None = None
    kicked_off: KickoffResult | None = None
    schedule: BillingSchedule = BillingSchedule()
    held: dict[ChargeId, str] = {}
    questioned: tuple[TermChange, ...] = ()
    """Changes in the CRM that wait for a decision: they hold the charges that they touch."""
    kept: tuple[TermChange, ...] = ()
    """Changes in the CRM against which the contract was kept."""
    open_bills: tuple[Subject, ...] = ()
    revision: int = 0

    def why_held(self, charge: ChargeId) -> str | None:
        """Return the reason that holds a charge: a person's, or a change in the CRM."""
        touching = (str(change) for change in self.questioned if charge in change.charges)
        return self.held.get(charge, next(touching, None))


class CancelRequest(Value):
    """A request to cancel a deal: who asks, and why."""

    by: Actor
    reason: str


class Outcome(Value):
    """The end of a deal."""

    deal: DealId
    stage: Stage
    reason: str = ""
