"""Presents a deal to people: search attributes, current details, answers to finance."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from temporalio.common import SearchAttributeUpdate

from domain.attention import Attention
from domain.cash import CashPosition, DealStatus, cash_position
from domain.charge import ChargeState
from domain.deal_snapshot import DealSnapshot
from domain.refusal import Refusal
from domain.responsibility import name_parties
from domain.stage import Stage
from workflows.attention import describe
from workflows.search_attributes import (
    CUSTOMER,
    DEAL_STAGE,
    DEAL_VALUE,
    NEEDS_ATTENTION,
    OWNER,
    PROJECT_KEY,
)

_WAITS = {
    Stage.WON: "its handoff to begin",
    Stage.HANDOFF: "the check of the deal and its customer",
    Stage.KICKOFF: "customer and project to be set up",
    Stage.DELIVERY: "delivery to reach the next milestone",
    Stage.COLLECTION: "the customer to pay",
    Stage.CANCELLING: "everything to be taken back",
    Stage.CLOSED: "nothing: it is paid",
    Stage.CANCELLED: "nothing: it was cancelled",
}


def search_attributes(
    life: DealSnapshot, *, needs_attention: bool
) -> list[SearchAttributeUpdate[Any]]:
    """Return the search attributes by which people find deals, in one update per stage."""
    found: list[SearchAttributeUpdate[Any]] = [
        DEAL_STAGE.value_set(life.stage),
        NEEDS_ATTENTION.value_set(needs_attention),
    ]
    if life.contract:
        found += [
            DEAL_VALUE.value_set(float(life.contract.value.amount)),  # for search only
            CUSTOMER.value_set(life.contract.account.name),
            OWNER.value_set(life.contract.owner or "nobody"),
        ]
    if life.kicked_off:
        found.append(PROJECT_KEY.value_set(life.kicked_off.project.key))
    return found


def status(life: DealSnapshot, attentions: Iterable[Attention]) -> DealStatus:
    """Return the deal at a glance."""
    open_attentions = list(attentions)
    project = life.kicked_off.project if life.kicked_off else None
    return DealStatus(
        deal=life.deal,
        name=life.contract.name if life.contract else life.deal,
        stage=life.stage,
        waits_for=_waits_for(life, open_attentions),
        needs_attention=bool(open_attentions),
        customer=life.contract.account.name if life.contract else "",
        project=project.key if project else "",
        project_url=project.url if project else "",
        deal_url=life.contract.url if life.contract else "",
    )


def _waits_for(life: DealSnapshot, attentions: Sequence[Attention]) -> str:
    """Return whom the deal waits for: first who has to decide, then who holds a charge back."""
    asked = [f"{name_parties(attention.responsible)}: {attention.what}" for attention in attentions]
    known = {attention.why for attention in attentions}
    held = [
        f"{status.responsible}: {status.charge.description} is held: {status.reason}"
        for status in life.schedule.in_state(ChargeState.HELD)
        if status.reason not in known
    ]
    return "; ".join([*asked, *held]) or _WAITS[life.stage]


def position(life: DealSnapshot, *, today: date) -> CashPosition:
    """Return the money of the deal. Raises Refusal before there is a contract."""
    if life.contract is None:
        raise Refusal(f"{life.deal} has no contract yet: `status` tells what it waits for")
    found = cash_position(life.contract, life.schedule, today=today)
    if life.stage is Stage.CANCELLED:
        return found.model_copy(update={"contracted": found.billed - found.credited})
    return found


def details(life: DealSnapshot, attentions: Iterable[Attention], *, today: date) -> str:
    """Describe the deal in Markdown for the Temporal UI: stage, what it waits for, links."""
    open_attentions = list(attentions)
    at_a_glance = status(life, open_attentions)
    parts = [
        f"**{at_a_glance.name}** is in **{life.stage}** and waits for {at_a_glance.waits_for}."
    ]
    parts += [describe(attention) for attention in open_attentions]
    if life.contract:
        parts += [_links(at_a_glance), _charges(life), _money(position(life, today=today))]
    return "\n\n".join(parts)


def _links(deal: DealStatus) -> str:
    project = f" · [project {deal.project}]({deal.project_url})" if deal.project else ""
    return f"[deal]({deal.deal_url}){project} · customer {deal.customer}"


def _charges(life: DealSnapshot) -> str:
    rows = []
    for s in life.schedule.statuses:
        document = f"[{s.invoice.number}]({s.invoice.url})" if s.invoice else ""
        why = s.reason if s.state is not ChargeState.PAID else ""
        rows.append(
            f"| {s.charge.description} | {s.charge.net} | {s.state} | {why} | {s.responsible}"
            f" | {document} |"
        )
    head = "| charge | net | state | why not further | who | invoice |\n|---|--:|---|---|---|---|\n"
    return head + "\n".join(rows)


def _money(p: CashPosition) -> str:
    return (
        f"contracted {p.contracted} · billed {p.billed} · credited {p.credited} · "
        f"paid {p.paid} · outstanding {p.outstanding}"
    )
