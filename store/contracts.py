"""The rows of contracts. Whoever holds a contract's lock is alone with all its claims."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.claim import ClaimState
from domain.names import DealId, Subject
from domain.refusal import Refusal
from ports.books import Baseline
from store.audit import Note, audited, changes, fields, new
from store.database import Query, Session
from store.rows import Row, money_of
from store.tables import claims, contracts, links

_THIS: Final = contracts.c.deal == bindparam("deal")
_IS_LIVE: Final = contracts.c.ended_at.is_(None)

_PUT: Final = audited(
    insert(contracts).values(fields(contracts)).on_conflict_do_nothing(index_elements=["deal"])
)
_SET: Final = audited(update(contracts).where(_THIS).values(fields(contracts, "deal")))
_END: Final = audited(
    update(contracts).where(_THIS, _IS_LIVE).values(ended_at=bindparam("note_at"))
)
_READ: Final = Query(select(contracts).where(_THIS))
_LOCK: Final = Query(select(contracts).where(_THIS).with_for_update())
_LOCK_FOR: Final = Query(
    select(contracts)
    .join(claims, claims.c.deal == contracts.c.deal)
    .where(claims.c.subject == bindparam("subject"))
    .with_for_update(of=contracts)
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


def _awaiting() -> Select[tuple[str, str, list[str]]]:
    project = and_(links.c.kind == "pm.project", links.c.ours == contracts.c.deal)
    claimed = and_(claims.c.deal == contracts.c.deal, claims.c.state != ClaimState.RELEASED.value)
    items = func.array_remove(func.array_agg(claims.c.item.distinct()), None)
    return (
        select(contracts.c.deal, links.c.theirs, items.label("claimed"))
        .join(links, project)
        .outerjoin(claims, claimed)
        .where(_IS_LIVE)
        .group_by(contracts.c.deal, links.c.theirs)
        .having(func.count(claims.c.item.distinct()) < contracts.c["items"])
        .order_by(contracts.c.deal)
    )


AWAITING: Final = Query(_awaiting())


@dataclass(frozen=True)
class Agreed:
    """A contract on record, locked until the transaction ends."""

    terms: Baseline
    is_over: bool


async def lock(session: Session, deal: DealId) -> Agreed:
    return _required(await session.one(_LOCK, deal=deal), deal)


async def find_and_lock(session: Session, deal: DealId) -> Agreed | None:
    row = await session.one(_LOCK, deal=deal)
    return _agreed(row) if row else None


async def read(session: Session, deal: DealId) -> Baseline:
    return _required(await session.one(_READ, deal=deal), deal).terms


async def lock_for(session: Session, claim: Subject) -> Agreed | None:
    """The contract that this claim is against, if there is such a claim."""
    row = await session.one(_LOCK_FOR, subject=claim)
    return _agreed(row) if row else None


async def put(session: Session, terms: Baseline, *, now: datetime) -> bool:
    """Whether the deal had no contract before."""
    note = _note(terms.deal, changes(None, terms), now=now)
    return bool(await session.one(_PUT, **_columns(terms, now), **note))


async def replace(session: Session, before: Baseline, after: Baseline, *, now: datetime) -> None:
    """On other terms, or open again."""
    note = _note(after.deal, changes(before, after) | {"ended_at": None}, now=now)
    await session.run(_SET, deal=after.deal, **_columns(after, now), **note)


async def end(session: Session, deal: DealId, *, now: datetime) -> None:
    note = _note(deal, {"ended_at": now.isoformat()}, now=now)
    await session.run(_END, deal=deal, **note)


def _columns(terms: Baseline, now: datetime) -> dict[str, object]:
    return new(
        {
            "deal": terms.deal,
            "customer": terms.customer,
            "value": terms.value.amount,
            "currency": terms.value.currency,
            "items": terms.items,
            "agreed_at": now,
            "ended_at": None,
        }
    )


def _required(row: Row | None, deal: DealId) -> Agreed:
    if row is None:
        raise Refusal(f"{deal} has no contract on record: agree it before anything is claimed")
    return _agreed(row)


def _agreed(row: Row) -> Agreed:
    terms = Baseline(
        deal=row["deal"],
        customer=row["customer"],
        value=money_of(row, "value"),
        items=row["items"],
    )
    return Agreed(terms, is_over=row["ended_at"] is not None)


def _note(deal: DealId, what: dict[str, object], *, now: datetime) -> dict[str, object]:
    return Note(at=now, deal=deal, entity="contract", key=deal, what=what).values()
