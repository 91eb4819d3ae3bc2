"""The figures of a demo, for programs and for people."""

from collections.abc import Sequence
from statistics import quantiles

from pydantic import BaseModel

from testbed.demo.reconciliation import Reconciliation
from testbed.demo.story import Step, Story
from testbed.histories import Cost


class Report(BaseModel):
    """The result of a demo. `problems` names whatever is wrong, one per line."""

    deals: int
    milestones: int
    faults: float
    kills: int
    restarts: int
    invoices_issued: int
    invoices_paid: int
    duplicates: int
    mismatches: int
    parked: int
    seconds: float
    deals_per_second: float
    won_to_project_p50_s: float
    won_to_project_p95_s: float
    events_per_deal: float
    actions_per_deal: float
    history_bytes_per_deal: float
    problems: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        unpaid = self.deals * self.milestones - self.invoices_paid
        return not (self.duplicates or self.mismatches or self.parked or unpaid)

    @property
    def sentence(self) -> str:
        if self.is_good:
            return "every milestone is invoiced once and paid, and three systems agree to the cent"
        return (
            f"{self.parked} deals wait for a person, {self.mismatches} figures differ, "
            f"{self.duplicates} things exist twice, and {self.invoices_paid} of "
            f"{self.deals * self.milestones} invoices are paid"
        )


def report_of(
    reconciliations: Sequence[Reconciliation],
    story: Story,
    costs: Sequence[Cost],
    *,
    parked: Sequence[str],
    faults: float,
    kills: int,
    restarts: int = 0,
) -> Report:
    end = max(event.at for event in story.events if event.step is not Step.KILLED)
    seconds = end - story.first(Step.WON)
    waits = sorted(t.won_to_project for t in reconciliations if t.won_to_project is not None)
    total, counted = sum(costs, Cost()), max(len(costs), 1)
    mismatches = [line for reconciliation in reconciliations for line in reconciliation.mismatches]
    return Report(
        deals=len(reconciliations),
        milestones=len(reconciliations[0].sale.order.plan),
        faults=faults,
        kills=kills,
        restarts=restarts,
        invoices_issued=sum(len(t.invoices) for t in reconciliations),
        invoices_paid=sum(t.settled for t in reconciliations),
        duplicates=sum(t.duplicates for t in reconciliations),
        mismatches=len(mismatches),
        parked=len(parked),
        seconds=round(seconds, 2),
        deals_per_second=round(len(reconciliations) / seconds, 3) if seconds else 0,
        won_to_project_p50_s=_percentile(waits, 50),
        won_to_project_p95_s=_percentile(waits, 95),
        events_per_deal=round(total.events / counted, 1),
        actions_per_deal=round(total.actions / counted, 1),
        history_bytes_per_deal=round(total.bytes / counted, 1),
        problems=(*parked, *mismatches),
    )


def _percentile(values: Sequence[float], percent: int) -> float:
    if len(values) < 2:  # noqa: PLR2004 - below two there is nothing to lie between
        return round(values[0], 2) if values else 0.0
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 2)
