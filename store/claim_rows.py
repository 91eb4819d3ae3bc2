"""The rows of claims and of the credits against them, each write with its audit entry.

A claim is written with the next version of its contract, and only if the contract still has the
version that was read: so of two writers who read the same claims, one succeeds.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.actor import Actor
from domain.claim import Claim
from domain.ids import DealId, Subject
from domain.money import Money
from domain.refusal import Refusal
from store.audit import Note, audited, changes, fields, new
from store.contracts import TURNED, ContractSnapshot
from store.database import Query, Session
from store.mapping import claim_of, claim_row
from store.tables import claims, credit_notes

_ELSEWHERE: Final = {"subject": True, "deal": True, "state": True, "proof": {"url", "pdf"}}
_THIS: Final = claims.c.subject == bindparam("subject")
_READ: Final = Query(select(claims).where(_THIS))
_OF_DEAL: Final = Query(
    select(claims)
    .where(claims.c.deal == bindparam("deal"))
    .order_by(claims.c.item, claims.c.revision)
)
_NEW: Final = fields(claims)
_PUT: Final = audited(
    insert(claims).from_select(list(_NEW), select(*_NEW.values()).select_from(TURNED))
)
_SET: Final = audited(
    update(claims).where(_THIS, exists(select(TURNED.c.turned))).values(fields(claims, "subject"))
)
_CREDIT: Final = Query(select(credit_notes).where(credit_notes.c.subject == bindparam("subject")))
_PUT_CREDIT: Final = audited(
    insert(credit_notes).values(fields(credit_notes)).on_conflict_do_nothing()
)


async def read(session: Session, subject: Subject) -> Claim | None:
    row = await session.one(_READ, subject=subject)
    return claim_of(row) if row else None


async def of_deal(session: Session, deal: DealId) -> Sequence[Claim]:
    return [claim_of(row) for row in await session.all(_OF_DEAL, deal=deal)]


async def write(
    session: Session, page: ContractSnapshot, after: Claim, *, now: datetime, reason: str = ""
) -> ContractSnapshot | None:
    """Write a claim; return the snapshot after it, or None if the one before was out of date."""
    before = page.claim(after.subject)
    if after == before:
        return page
    note = Note(
        at=now,
        deal=after.deal,
        entity="claim",
        key=after.subject,
        from_state=before.state if before else "",
        to_state=after.state,
        what=changes(before, after, elsewhere=_ELSEWHERE),
        reason=reason,
    )
    values = new(claim_row(after) | {"changed_at": now}) | note.values()
    this = {"deal": after.deal, "seen": page.version}
    put = {**this, **values} if before is None else {**this, **values, "subject": after.subject}
    written = await session.one(_PUT if before is None else _SET, **put)
    return page.with_claim(after) if written else None


async def put_credit(  # noqa: PLR0913 - the facts of a credit
    session: Session, claim: Claim, net: Money, credit_note: Subject, *, by: Actor, now: datetime
) -> bool:
    """Write a credit; return whether it is new. Refused if it is on record for something else."""
    row = {"claim": claim.subject, "net": net.amount, "currency": net.currency}
    what = {"claim": claim.subject, "net": net.model_dump(mode="json")}
    note = Note(at=now, deal=claim.deal, entity="credit", key=credit_note, what=what, actor=by)
    columns = new({**row, "subject": credit_note, "at": now})
    if await session.one(_PUT_CREDIT, **columns, **note.values()):
        return True
    known = await session.one(_CREDIT, subject=credit_note)
    if known is None or {name: known[name] for name in row} != row:
        raise Refusal(
            f"{credit_note} is on record as a credit of something else than {net} of"
            f" {claim.subject}: give the new credit a key of its own"
        )
    return False
