"""Queries and changes that only Redmine's database allows."""

from typing import Any

import psycopg

from tests.contracts.redmine import RedmineHarness


async def ask(redmine: RedmineHarness, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query; none for a change."""
    at = redmine.system.place.database
    async with await psycopg.AsyncConnection.connect(at, autocommit=True) as connection:
        cursor = await connection.execute(statement.encode(), values)
        return await cursor.fetchall() if cursor.description else []
