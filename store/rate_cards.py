"""Rate cards in PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, insert, select

from domain.command import CommandRecord
from domain.rate_card import JobProfile, Rate, RateCard
from store.audit import NOTE, Note, fields, new
from store.audit_trail import note_of
from store.database import Database, Query
from store.mapping import Row, money_of
from store.tables import audit_trail, rate_cards, rates

_ADD_CARD: Final = Query(
    insert(rate_cards).values(imported_at=bindparam("imported_at")).returning(rate_cards.c.revision)
)
_ADD_RATE: Final = Query(insert(rates).values(fields(rates)))
_NOTE: Final = Query(insert(audit_trail).values(NOTE))
_NEWEST: Final = select(func.max(rate_cards.c.revision)).scalar_subquery()
_CURRENT: Final = Query(select(rates).where(rates.c.revision == _NEWEST))


class PgRateCards:
    """Fills ports.rate_cards.RateCards."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, card: RateCard, command: CommandRecord, *, now: datetime) -> int:
        async with self._database.transaction() as session:
            made = await session.one(_ADD_CARD, imported_at=now)
            revision = int(made["revision"]) if made else 0
            for rate in card.rates:
                await session.run(_ADD_RATE, **new(_row(rate) | {"revision": revision}))
            note = Note(
                at=now,
                deal=command.deal,
                entity="rate card",
                key=str(revision),
                what={"rates": [str(rate) for rate in card.rates]},
                actor=command.actor,
                command=command.command,
                reason=command.reason,
            )
            await session.run(_NOTE, **note.values())
            answer = f"rates in revision {revision} of the rate card: {len(card.rates)}"
            noted = command.model_copy(update={"answer": answer})
            await session.run(_NOTE, **note_of(noted, now=now).values())
        return revision

    async def current(self) -> RateCard:
        async with self._database.session() as session:
            return RateCard.of([_rate(row) for row in await session.all(_CURRENT)])


def _row(rate: Rate) -> dict[str, object]:
    return rate.profile.model_dump() | {
        "currency": rate.price.currency,
        "valid_from": rate.valid_from,
        "valid_until": rate.valid_until,
        "price": rate.price.amount,
        "cost": rate.cost.amount,
    }


def _rate(row: Row) -> Rate:
    return Rate(
        profile=JobProfile(**{name: row[name] for name in JobProfile.model_fields}),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        price=money_of(row, "price"),
        cost=money_of(row, "cost"),
    )
