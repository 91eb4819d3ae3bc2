"""Runs the migrations on the connection it is given, one runner at a time.

Each migration is a transaction of its own, so that one may leave it to build an index concurrently.
"""

from typing import Final

from alembic import context
from sqlalchemy import func, select

from store.tables import metadata

_LOCK: Final = 0x_CA54_3A2D  # any number that only our migrations take

connection = context.config.attributes["connection"]
connection.execute(select(func.pg_advisory_lock(_LOCK)))
connection.commit()
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_server_default=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
