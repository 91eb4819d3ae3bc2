"""Indexes on tables that workers write to meanwhile."""

from alembic import op
from sqlalchemy import TextClause


def create_index_concurrently(
    name: str, table: str, columns: list[str], *, where: TextClause | None = None
) -> None:
    """Build an index without stopping a writer; a half-built one of an earlier try is dropped.

    It leaves the migration's transaction: give it a migration of its own.
    """
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")  # it waits for others, and nobody waits for it
        op.execute(f"drop index concurrently if exists {name}")
        op.create_index(name, table, columns, postgresql_concurrently=True, postgresql_where=where)
        op.execute("set lock_timeout = '1s'")
