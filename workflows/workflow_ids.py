"""Workflow ids, made from meaning; they read well in the Temporal UI and never contain a `/`."""

from domain.ids import ChargeId, DealId, Subject


def deal_run(deal: DealId) -> str:
    return f"deal:{deal}"


def handoff_run(deal: DealId) -> str:
    return f"handoff:{deal}"


def kickoff_run(deal: DealId) -> str:
    return f"kickoff:{deal}"


def crm_watch(deal: DealId) -> str:
    return f"crm-watch:{deal}"


def billing_run(subject: Subject) -> str:
    return f"billing:{subject}"


def repair_run(deal: DealId) -> str:
    return f"write-back:{deal}"


def record_run(deal: DealId) -> str:
    return f"record:{deal}"


def reconcile_run(system: str) -> str:
    return f"reconcile:{system}"


def poll_run(system: str) -> str:
    return f"poll:{system}"


def subject_of(deal: DealId, charge: ChargeId, revision: int = 1) -> Subject:
    """Return the subject of a bill for this charge."""
    return Subject(f"{deal}:{charge}:r{revision}")


def deal_of(run: str) -> DealId:
    """Return the deal that a run is about, such as `billing:hubspot:123:go-live:r1`."""
    return DealId(":".join(run.split(":")[1:3]))
