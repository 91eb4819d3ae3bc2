"""Takes from our database all that it knows of a deal, as a restore from an older backup does."""

from collections.abc import Sequence

import psycopg

from domain.ids import DealId

_CREDITS = "delete from credit_notes using claims where claim = claims.subject and deal = %s"
_TABLES = ("claims", "contracts", "effects", "links", "attention")


def forget(database_url: str, deal: DealId, *, tables: Sequence[str] = _TABLES) -> None:
    """Delete every row of the deal but its audit trail, which nobody can delete."""
    url = database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection:
        connection.execute(_CREDITS, [deal])
        for table in tables:
            connection.execute(f"delete from {table} where deal = %s", [deal])  # noqa: S608
