"""The rows of contracts. A contract's version grows with every write to it or to its claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import datetime
from typing import Final, Self

from sqlalchemy import Select, and_, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.actor import Actor
from domain.baseline import Baseline
from domain.claim import Claim, ClaimState
from domain.ids import DealId, Subject
from domain.refusal import Refusal
from store.audit import Note, audited, changes, fields, new
from store.database import Query, Session
from store.mapping import Row, claim_of, money_of
from store.tables import claims, contracts, links

_THIS: Final = contracts.c.deal == bindparam("deal")
_IS_LIVE: Final = contracts.c.ended_at.is_(None)
_NEXT: Final = contracts.c.version + 1
_IS_AS_SEEN: Final = and_(_THIS, contracts.c.version == bindparam("seen"))

_PUT: Final = audited(
    insert(contracts)
    .values(fields(contracts, "version", "archived_at") | {"version": 1})
    .on_conflict_do_nothing(index_elements=["deal"])
)
_SET: Final = audited(
    update(contracts)
    .where(_IS_AS_SEEN)
    .values(fields(contracts, "deal", "version", "archived_at") | {"version": _NEXT})
)
_END: Final = audited(
    update(contracts).where(_THIS, _IS_LIVE).values(ended_at=bindparam("note_at"), version=_NEXT)
)
TURNED: Final = (
    update(contracts)
    .where(_IS_AS_SEEN)
    .values(version=_NEXT)
    .returning(literal(1).label("turned"))
    .cte("turned")
)
"""Optimistic lock for writing a claim: updates one row if the version is unchanged."""

_CLAIM: Final = "claim_"
_PAGE: Final = (
    select(contracts, *(column.label(_CLAIM + column.name) for column in claims.columns))
    .outerjoin(claims, claims.c.deal == contracts.c.deal)
    .order_by(claims.c.item, claims.c.revision)
)
_OF_DEAL: Final = Query(_PAGE.where(_THIS))
_OF_CLAIM: Final = Query(
    _PAGE.where(
        contracts.c.deal
        == select(claims.c.deal).where(claims.c.subject == bindparam("subject")).scalar_subquery()
    )
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
    """Start from the index of live contracts, and read the claims of each from theirs."""
    project = and_(links.c.kind == "pm.project", links.c.key == contracts.c.deal)
    claimed = (
        select(
            func.array_agg(claims.c.item.distinct()).label("charges"),
            func.count(claims.c.item.distinct()).label("number"),
        )
        .where(claims.c.deal == contracts.c.deal, claims.c.state != ClaimState.RELEASED.value)
        .lateral("claimed")
    )
    return (
        select(contracts.c.deal, links.c.external_id, claimed.c["charges"].label("claimed"))
        .join(links, project)
        .join(claimed, literal(value=True))
        .where(_IS_LIVE, claimed.c.number < contracts.c["items"])
        .order_by(contracts.c.deal)
    )


AWAITING: Final = Query(_awaiting())


@dataclass(frozen=True)
class ContractSnapshot:
    """A contract with all its claims at one version of it."""

    terms: Baseline
    is_over: bool
    is_archived: bool
    version: int
    claims: Sequence[Claim]

    def claim(self, subject: Subject) -> Claim | None:
        return next((claim for claim in self.claims if claim.subject == subject), None)

    def claim_of(self, subject: Subject) -> Claim:
        """Return a claim that is known to be there."""
        [found] = [claim for claim in self.claims if claim.subject == subject]
        return found

    def with_claim(self, after: Claim) -> Self:
        """Return the snapshot after this claim was written."""
        others = [claim for claim in self.claims if claim.subject != after.subject]
        return replace_fields(self, version=self.version + 1, claims=[*others, after])


async def find(session: Session, deal: DealId) -> ContractSnapshot | None:
    return _page(await session.all(_OF_DEAL, deal=deal))


async def read(session: Session, deal: DealId) -> ContractSnapshot:
    page = await find(session, deal)
    if page is None:
        raise Refusal(f"{deal} has no contract on record: agree it before anything is claimed")
    return page


async def find_by_claim(session: Session, subject: Subject) -> ContractSnapshot | None:
    """Return the contract of this claim, if there is such a claim."""
    return _page(await session.all(_OF_CLAIM, subject=subject))


async def put(session: Session, terms: Baseline, *, now: datetime) -> bool:
    """Write a contract; return whether the deal had none before."""
    note = _note(terms.deal, changes(None, terms, elsewhere={"deal": True}), now=now)
    return bool(await session.one(_PUT, **_columns(terms, now), **note))


async def replace(
    session: Session, before: ContractSnapshot, after: Baseline, *, now: datetime
) -> bool:
    """Write other terms, or reopen; return whether the row was still as `before`."""
    note = _note(after.deal, changes(before.terms, after) | {"ended_at": None}, now=now)
    this = {"deal": after.deal, "seen": before.version}
    return bool(await session.one(_SET, **this, **_columns(after, now), **note))


async def end(session: Session, deal: DealId, *, by: Actor, reason: str, now: datetime) -> None:
    note = Note(
        at=now,
        deal=deal,
        entity="contract",
        key=deal,
        what={"ended_at": now.isoformat()},
        actor=by,
        reason=reason,
    )
    await session.run(_END, deal=deal, **note.values())


def _columns(terms: Baseline, now: datetime) -> dict[str, object]:
    return new(
        {
            "deal": terms.deal,
            "customer": terms.customer,
            "value": terms.value.amount,
            "currency": terms.value.currency,
            "items": terms.charges,
            "agreed_at": now,
            "ended_at": None,
        }
    )


def _page(rows: Sequence[Row]) -> ContractSnapshot | None:
    if not rows:
        return None
    row = rows[0]
    terms = Baseline(
        deal=row["deal"],
        customer=row["customer"],
        value=money_of(row, "value"),
        charges=row["items"],
    )
    return ContractSnapshot(
        terms,
        is_over=row["ended_at"] is not None,
        is_archived=row["archived_at"] is not None,
        version=row["version"],
        claims=[claim_of(claim) for claim in map(_claim_in, rows) if claim["subject"]],
    )


def _claim_in(row: Row) -> Row:
    """The claim's part of a row; all its columns are empty if the contract has no claim."""
    return {name.removeprefix(_CLAIM): row[name] for name in row if name.startswith(_CLAIM)}


def _note(deal: DealId, what: dict[str, object], *, now: datetime) -> dict[str, object]:
    return Note(at=now, deal=deal, entity="contract", key=deal, what=what).values()
