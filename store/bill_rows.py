"""The rows of bills, their claims and documents, each write with its audit entry.

A bill is written with the next version of its contract, and only if the contract still has the
version that was read: so of two writers who read the same claims, one succeeds. The charges of the
bill move with it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, insert, select

from domain.claim import ClaimedBill, standing_of
from domain.ids import DealId, Subject
from domain.refusal import Refusal
from ports.billing_ledger import CreditOnRecord
from store.audit import NOTE, Note, audited, changes, fields, new
from store.contracts import BILL, TURNED, ContractSnapshot
from store.database import Query, Session
from store.mapping import bill_of, bill_row, claim_rows, document_rows, money_of
from store.row_sets import as_json, move_charges, put
from store.tables import audit_trail, bills, claims, credit_notes, documents

_ELSEWHERE: Final = {
    **dict.fromkeys(("subject", "deal", "key", "revision"), True),
    "claims": {"__all__": {"state"}},
    "proof": {"url", "pdf"},
}
_READ: Final = Query(BILL.where(bills.c.subject == bindparam("subject")))
_OF_DEAL: Final = Query(
    BILL.where(bills.c.deal == bindparam("deal")).order_by(bills.c.key, bills.c.revision)
)
_BILL: Final = ("subject", "deal", "key", "revision", "state", "changed_at")
_CLAIM: Final = ("bill", "charge", "deal", "charge_revision", "net", "currency", "state")
_SETTLED: Final = ("due_on", "state", "paid", "credited", "url", "pdf", "changed_at")
_DOCUMENT: Final = (
    "bill", "deal", "external_id", "number", "issued_on", "net", "tax", "gross", "currency",
    *_SETTLED,
)  # fmt: skip
_PARTS: Final = (
    put(bills, _BILL, after=TURNED, changing=("state", "changed_at")).cte(),
    put(claims, _CLAIM, after=TURNED, changing=("state",)).cte(),
    put(documents, _DOCUMENT, after=TURNED, changing=_SETTLED).cte(),
    move_charges(TURNED).cte(),
    insert(audit_trail).from_select(list(NOTE), select(*NOTE.values()).select_from(TURNED)).cte(),
)
_WRITE: Final = Query(select(TURNED).add_cte(*_PARTS))
"""Each part is written if the contract is as it was seen, else none is."""
_CREDIT: Final = Query(select(credit_notes).where(credit_notes.c.subject == bindparam("subject")))
_PUT_CREDIT: Final = audited(insert(credit_notes).values(fields(credit_notes)))


async def read(session: Session, subject: Subject) -> ClaimedBill | None:
    row = await session.one(_READ, subject=subject)
    return bill_of(row) if row else None


async def of_deal(session: Session, deal: DealId) -> Sequence[ClaimedBill]:
    return [bill_of(row) for row in await session.all(_OF_DEAL, deal=deal)]


async def write(
    session: Session, page: ContractSnapshot, after: ClaimedBill, *, now: datetime, reason: str = ""
) -> ContractSnapshot | None:
    """Write a bill with all that belongs to it, in one statement.

    Return the snapshot after it, or None if the one before was out of date.
    """
    before = page.bill(after.subject)
    if after == before:
        return page
    note = Note(
        at=now,
        deal=after.deal,
        entity="bill",
        key=after.subject,
        from_state=before.state if before else "",
        to_state=after.state,
        what=changes(before, after, elsewhere=_ELSEWHERE),
        reason=reason,
    )
    written = await session.one(
        _WRITE,
        deal=after.deal,
        seen=page.version,
        bills=as_json([bill_row(after)], changed_at=now),
        claims=as_json(claim_rows(after)),
        documents=as_json(document_rows(after), changed_at=now),
        charges=as_json(_moved_charges(before, after, reason), since=now),
        **note.values(),
    )
    return page.with_bill(after) if written else None


def _moved_charges(
    before: ClaimedBill | None, after: ClaimedBill, reason: str
) -> list[dict[str, object]]:
    """Where the charges stand now; one that was free before may be on another bill by now."""
    known = before.claims if before else ()
    return [
        {"deal": after.deal, "id": claim.charge, "revision": claim.revision}
        | standing_of(claim, after, reason).model_dump(mode="json")
        for claim in after.claims
        if claim.state.is_live or claim not in known
    ]


async def has_credit(session: Session, bill: ClaimedBill, credit: CreditOnRecord) -> bool:
    """Whether this credit note is on record. Refused if it is for something else."""
    known = await session.one(_CREDIT, subject=credit.subject)
    if known and (known["bill"], money_of(known, "net")) != (bill.subject, credit.net):
        raise Refusal(
            f"{credit.subject} is on record as a credit of something else than {credit.net} of"
            f" {bill.subject}: give the new credit a key of its own"
        )
    return known is not None


async def put_credit(
    session: Session, bill: ClaimedBill, credit: CreditOnRecord, *, now: datetime
) -> None:
    row = {
        "subject": credit.subject,
        "bill": bill.subject,
        "net": credit.net.amount,
        "currency": credit.net.currency,
        "charges": list(credit.charges),
        "at": now,
    }
    what = {
        "bill": bill.subject,
        "net": f"{credit.net.amount} {credit.net.currency}",
        "charges": list(credit.charges),
    }
    note = Note(
        at=now, deal=bill.deal, entity="credit", key=credit.subject, what=what, actor=credit.by
    )
    await session.one(_PUT_CREDIT, **new(row), **note.values())
