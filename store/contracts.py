"""The rows of deals, contracts and charges.

A contract's version grows with every write to it or to its bills.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import datetime
from typing import Any, Final, Self

from sqlalchemy import (
    CTE,
    Insert,
    Select,
    Text,
    Update,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.actor import Actor
from domain.baseline import Baseline
from domain.charge import Charge, ChargeState, Standing
from domain.claim import ClaimedBill
from domain.ids import DealId, Subject, local_id
from domain.money import Money
from domain.refusal import Refusal
from domain.stage import Stage
from store.audit import NOTE, Note, audited, changes, fields, new
from store.database import Query, Session
from store.mapping import Row, bill_of, charge_of, charge_row
from store.row_sets import CHARGE, as_json, given, put
from store.tables import (
    bills,
    charges,
    claims,
    contract_revisions,
    contracts,
    credit_notes,
    deals,
    documents,
    links,
)

_THIS: Final = contracts.c.deal == bindparam("deal")
_IS_LIVE: Final = contracts.c.ended_at.is_(None)
_NEXT: Final = contracts.c.version + 1
_IS_AS_SEEN: Final = and_(_THIS, contracts.c.version == bindparam("seen"))
_CARRIED: Final = "carried"
_ELSEWHERE: Final = {
    "deal": True,
    "charges": {"__all__": set(Charge.model_fields) - {"id", "revision", "net"}},
}
"""What the audit trail leaves to the books: they keep each revision of a charge whole."""


def _revision(written: CTE) -> Insert:
    """Put the terms on record as the revision that the contract has now."""
    values = fields(contract_revisions)
    row = select(*values.values()).select_from(written)
    return upsert(contract_revisions).from_select(list(values), row).on_conflict_do_nothing()


def _registered(written: CTE) -> Insert:
    row = select(bindparam("deal", type_=Text), literal(_CARRIED), NOTE["at"]).select_from(written)
    return (
        upsert(deals)
        .from_select(["deal", "state", "started_at"], row)
        .on_conflict_do_update(
            index_elements=["deal"], set_={"state": _CARRIED, "ended_at": null()}
        )
    )


def _ended(written: CTE) -> Update:
    return (
        update(contracts)
        .where(_THIS, _IS_LIVE, select(written).exists())
        .values(ended_at=bindparam("note_at"), version=_NEXT)
    )


def _charges(written: CTE) -> Insert:
    return put(charges, CHARGE, after=written, changing=CHARGE)


def _dropped(written: CTE) -> Update:
    """Cancel the charges that the terms have no more."""
    kept = select(given(charges, ("id",)).c.id)
    reason = "it is not in the contract any more"
    return (
        update(charges)
        .where(charges.c.deal == bindparam("deal"), charges.c.id.not_in(kept))
        .where(select(written).exists())
        .values(**Standing.cancelled(reason).model_dump(), since=bindparam("note_at"))
    )


_CONTRACT: Final = fields(contracts, "version", "archived_at", "ended_at")
_PUT: Final = audited(
    upsert(contracts)
    .values(_CONTRACT | {"version": 1})
    .on_conflict_do_nothing(index_elements=["deal"]),
    _registered,
    _revision,
    _charges,
)
_SET: Final = audited(
    update(contracts)
    .where(_IS_AS_SEEN)
    .values({**_CONTRACT, "ended_at": null(), "version": _NEXT}),
    _registered,
    _revision,
    _charges,
    _dropped,
)
_REOPEN: Final = audited(
    update(contracts).where(_IS_AS_SEEN).values(ended_at=null(), version=_NEXT), _registered
)
_END: Final = audited(
    update(deals)
    .where(deals.c.deal == bindparam("deal"), deals.c.state == _CARRIED)
    .values(state=bindparam("state"), ended_at=bindparam("note_at")),
    _ended,
)
TURNED: Final = (
    update(contracts)
    .where(_IS_AS_SEEN)
    .values(version=_NEXT)
    .returning(literal(1).label("turned"))
    .cte("turned")
)
"""Optimistic lock for writing a bill: updates one row if the version is unchanged."""


def _bills() -> tuple[Any, ...]:
    """The columns of a bill, as store.mapping.bill_of reads them."""
    claim = func.jsonb_build_object(
        "charge", claims.c.charge, "revision", claims.c.charge_revision, "state", claims.c.state,
        "net", cast(claims.c.net, Text), "currency", claims.c.currency,
    )  # fmt: skip
    its_claims = select(func.jsonb_agg(aggregate_order_by(claim, claims.c.charge))).where(
        claims.c.bill == bills.c.subject
    )
    credited = select(func.sum(credit_notes.c.net)).where(credit_notes.c.bill == bills.c.subject)
    document = (each for each in documents.columns if each.name not in {"bill", "deal", "state"})
    return (
        bills.c.subject,
        bills.c.deal.label("bill_deal"),
        bills.c.key,
        bills.c.revision.label("bill_revision"),
        its_claims.scalar_subquery().label("claims"),
        credited.scalar_subquery().label("credited_net"),
        *document,
    )


BILL: Final = select(*_bills()).outerjoin_from(
    bills, documents, documents.c.bill == bills.c.subject
)
_PAGE: Final = (
    select(
        *(each for each in contracts.columns if each.name != "revision"),
        contracts.c.revision.label("contract_revision"),
        contract_revisions.c.value,
        contract_revisions.c.currency.label("contract_currency"),
        *_bills(),
    )
    .join_from(
        contracts,
        contract_revisions,
        and_(
            contract_revisions.c.deal == contracts.c.deal,
            contract_revisions.c.number == contracts.c.revision,
        ),
    )
    .outerjoin(bills, bills.c.deal == contracts.c.deal)
    .outerjoin(documents, documents.c.bill == bills.c.subject)
    .order_by(bills.c.key, bills.c.revision)
)
_OF_DEAL: Final = Query(_PAGE.where(_THIS))
_OF_BILL: Final = Query(
    _PAGE.where(
        contracts.c.deal
        == select(bills.c.deal).where(bills.c.subject == bindparam("subject")).scalar_subquery()
    )
)
_CHARGES: Final = Query(
    select(charges)
    .where(charges.c.deal == bindparam("deal"), charges.c.state != ChargeState.CANCELLED.value)
    .order_by(charges.c.due, charges.c.id)
)
SHARED: Final = Query(
    select(contracts.c.deal)
    .where(
        contracts.c.customer == bindparam("customer"),
        contracts.c.deal != bindparam("deal"),
        _IS_LIVE,
    )
    .limit(1)
)


_IS_PLANNED: Final = charges.c.state == literal_column("'planned'")
"""Written out, so that the index of planned charges answers."""


def _awaiting() -> Select[tuple[str, str, list[str]]]:
    """Start from the index of planned charges: what is billed or over is not read."""
    project = and_(links.c.kind == "pm.project", links.c.key == contracts.c.deal)
    planned = and_(charges.c.deal == contracts.c.deal, _IS_PLANNED)
    return (
        select(
            contracts.c.deal,
            links.c.external_id,
            func.array_agg(charges.c.id.distinct()).label("awaited"),
        )
        .join_from(contracts, charges, planned)
        .join(links, project)
        .where(_IS_LIVE)
        .group_by(contracts.c.deal, links.c.external_id)
        .order_by(contracts.c.deal)
    )


AWAITING: Final = Query(_awaiting())


@dataclass(frozen=True)
class ContractSnapshot:
    """A contract with all its bills at one version of it; the terms are without their charges."""

    terms: Baseline
    revision: int
    is_over: bool
    is_archived: bool
    version: int
    bills: Sequence[ClaimedBill]

    def bill(self, subject: Subject) -> ClaimedBill | None:
        return next((bill for bill in self.bills if bill.subject == subject), None)

    def bill_of(self, subject: Subject) -> ClaimedBill:
        """Return a bill that is known to be there."""
        [found] = [bill for bill in self.bills if bill.subject == subject]
        return found

    def with_bill(self, after: ClaimedBill) -> Self:
        """Return the snapshot after this bill was written."""
        others = [bill for bill in self.bills if bill.subject != after.subject]
        return replace_fields(self, version=self.version + 1, bills=[*others, after])


async def find(session: Session, deal: DealId) -> ContractSnapshot | None:
    return _page(await session.all(_OF_DEAL, deal=deal))


async def read(session: Session, deal: DealId) -> ContractSnapshot:
    page = await find(session, deal)
    if page is None:
        raise Refusal(f"{deal} has no contract on record: agree it before anything is claimed")
    return page


async def find_by_bill(session: Session, subject: Subject) -> ContractSnapshot | None:
    """Return the contract of this bill, if there is such a bill."""
    return _page(await session.all(_OF_BILL, subject=subject))


async def read_terms(session: Session, page: ContractSnapshot) -> Baseline:
    """Return the contract's terms with its charges."""
    found = [charge_of(row) for row in await session.all(_CHARGES, deal=page.terms.deal)]
    return page.terms.model_copy(update={"charges": tuple(found)})


async def put_terms(session: Session, terms: Baseline, *, now: datetime) -> bool:
    """Write a contract; return whether the deal had none before."""
    note = _note(terms.deal, changes(None, terms, elsewhere=_ELSEWHERE), now=now)
    return bool(await session.one(_PUT, **_columns(terms, 1, now), **note))


async def replace(
    session: Session, before: ContractSnapshot, agreed: Baseline, after: Baseline, *, now: datetime
) -> bool:
    """Write other terms as the next revision, or reopen; return whether all was as `before`."""
    this = {"seen": before.version}
    changed = changes(agreed, after, elsewhere=_ELSEWHERE)
    note = _note(after.deal, changed | {"ended_at": None}, now=now)
    if agreed == after:
        return bool(await session.one(_REOPEN, deal=after.deal, **this, **note))
    columns = _columns(after, before.revision + 1, now)
    return bool(await session.one(_SET, **this, **columns, **note))


async def end(  # noqa: PLR0913 - the facts of an end
    session: Session, deal: DealId, stage: Stage, *, by: Actor, reason: str, now: datetime
) -> None:
    note = Note(
        at=now,
        deal=deal,
        entity="contract",
        key=deal,
        what={"ended_at": now.isoformat()},
        from_state=_CARRIED,
        to_state=stage.value,
        actor=by,
        reason=reason,
    )
    await session.run(_END, deal=deal, state=stage.value, **note.values())


def _columns(terms: Baseline, revision: int, now: datetime) -> dict[str, object]:
    rows = [charge_row(terms.deal, charge, Standing.planned()) for charge in terms.charges]
    columns = {
        "deal": terms.deal,
        "customer": terms.customer,
        "revision": revision,
        "agreed_at": now,
        "number": revision,
        "value": terms.value.amount,
        "currency": terms.value.currency,
        "effective": now.date(),
        "reason": "agreed as won" if revision == 1 else "agreed again",
        "source_system": terms.deal.partition(":")[0],
        "source_id": local_id(terms.deal),
        "source_version": "",
        "approved_by": "",
        "recorded_at": now,
    }
    return new(columns) | {"deal": terms.deal, "charges": as_json(rows, since=now)}


def _page(rows: Sequence[Row]) -> ContractSnapshot | None:
    if not rows:
        return None
    row = rows[0]
    terms = Baseline(
        deal=row["deal"],
        customer=row["customer"],
        value=Money.of(row["value"], row["contract_currency"]),
    )
    return ContractSnapshot(
        terms,
        revision=row["contract_revision"],
        is_over=row["ended_at"] is not None,
        is_archived=row["archived_at"] is not None,
        version=row["version"],
        bills=[bill_of(each) for each in rows if each["subject"]],
    )


def _note(deal: DealId, what: dict[str, object], *, now: datetime) -> dict[str, object]:
    return Note(at=now, deal=deal, entity="contract", key=deal, what=what).values()
