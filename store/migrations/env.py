"""Runs the migrations on the connection it is given, one runner at a time."""

from typing import Final

from alembic import context
from sqlalchemy import func, select

from store.tables import metadata

_LOCK: Final = 0x_CA54_3A2D  # any number that only our migrations take

connection = context.config.attributes["connection"]
connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
with context.begin_transaction():
    context.run_migrations()
