"""In which accounts of other systems a deal has its records; in none once it is archived."""

from typing import Final

from sqlalchemy import Select, Table, Text, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from domain.effect import LEFT_NOTHING, EffectKey, OtherAccount
from domain.ids import DealId
from domain.refusal import Refusal
from store.database import Query, Session
from store.tables import contracts, effects, links

_NOTHING: Final = literal(sorted(LEFT_NOTHING), ARRAY(Text))


def _elsewhere(table: Table) -> Select[tuple[str, str]]:
    """Select the accounts, other than this one, that have a record of the deal in this role."""
    here = [
        table.c[name] == bindparam(f"account_{name}", type_=Text) for name in ("system", "tenant")
    ]
    return select(table.c.system, table.c.tenant).where(
        table.c.deal == bindparam("account_deal", type_=Text),
        func.split_part(table.c.kind, ".", 1) == bindparam("account_role", type_=Text),
        ~and_(*here),
    )


_EFFECTS: Final = _elsewhere(effects).where(effects.c.state != func.all(_NOTHING))
_LINKS: Final = _elsewhere(links)
ELSEWHERE: Final = or_(exists(_EFFECTS), exists(_LINKS))
_READ: Final = Query(_EFFECTS.union(_LINKS).limit(1))
_ARCHIVED: Final = select(contracts.c.deal).where(
    contracts.c.deal == bindparam("account_deal", type_=Text), contracts.c.archived_at.is_not(None)
)
IS_ARCHIVED: Final = exists(_ARCHIVED)
_READ_ARCHIVED: Final = Query(_ARCHIVED)


def account_values(key: EffectKey, deal: DealId) -> dict[str, object]:
    """The values for `ELSEWHERE` and `IS_ARCHIVED`."""
    names = {"system": key.system, "tenant": key.tenant, "role": key.role, "deal": deal}
    return {f"account_{name}": value for name, value in names.items()}


async def require_account(session: Session, key: EffectKey, deal: DealId) -> None:
    """Raise OtherAccount if the deal has records of this role in another account."""
    if row := await session.one(_READ, **account_values(key, deal)):
        there = f"{row['system']} {row['tenant']}"
        raise OtherAccount(deal, key.role, there=there, here=key.account)


async def require_not_archived(session: Session, deal: DealId) -> None:
    """Raise Refusal if the deal's effects have left the ledger: it cannot know what was made."""
    if await session.one(_READ_ARCHIVED, account_deal=deal):
        raise Refusal(
            f"{deal} is archived: nothing is made for it, unless its effects are brought back"
            " (docs/runbook.md, The database grows)"
        )
