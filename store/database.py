"""PostgreSQL for the store: a pool, statements compiled once, one clear failure.

SQLAlchemy writes the SQL and psycopg sends it: using SQLAlchemy's engine for every statement
would triple the client's price of a transition.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, Self

from psycopg import AsyncConnection, InterfaceError, OperationalError, errors
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url
from sqlalchemy.sql import ClauseElement

from ports.failures import Unreachable

_DIALECT: Final = make_url("postgresql+psycopg://").get_dialect()()
# A worker that was stopped in the middle of a transaction must not hold its rows for long.
_OPTIONS: Final = (
    "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=15s"
    " -c idle_in_transaction_session_timeout=10s"
)
_GONE: Final = (
    OperationalError,
    InterfaceError,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,
)


class StoreUnavailable(Unreachable):
    """PostgreSQL did not answer, or the connection broke: the caller must try again."""

    def __init__(self, reason: str) -> None:
        super().__init__("postgres", reason)


class Query:
    """A statement compiled once; psycopg prepares it on the server after a few uses."""

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled).encode()
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def values(self, given: Mapping[str, object]) -> dict[str, object]:
        return {**self._fixed, **given}


class Session:
    """One connection, in a transaction or with each statement in a transaction of its own."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def one(self, query: Query, **given: object) -> DictRow | None:
        cursor = await self._connection.execute(query.sql, query.values(given))
        return await cursor.fetchone()

    async def all(self, query: Query, **given: object) -> list[DictRow]:
        cursor = await self._connection.execute(query.sql, query.values(given))
        return await cursor.fetchall()

    async def run(self, query: Query, **given: object) -> None:
        await self._connection.execute(query.sql, query.values(given))


class Database:
    """A pool of connections. Raises StoreUnavailable whatever keeps PostgreSQL from answering."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[DictRow]]) -> None:
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, pool_size: int, pool_timeout: float = 5
    ) -> AsyncIterator[Self]:
        """Open the pool, even while PostgreSQL is down; callers wait `pool_timeout` seconds."""
        pool = AsyncConnectionPool(
            plain_url(url),
            connection_class=AsyncConnection[DictRow],
            kwargs=_options(url),
            min_size=1,
            max_size=pool_size,
            timeout=pool_timeout,
            # Give up on a lost connection soon: the next caller dials afresh, without a backoff.
            reconnect_timeout=3,
            open=False,
        )
        async with pool:
            yield cls(pool)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        with _or_unavailable():
            async with self._pool.connection() as connection:
                yield Session(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        with _or_unavailable():
            async with self._pool.connection() as connection, connection.transaction():
                yield Session(connection)


def plain_url(url: str) -> str:
    """Return the URL as libpq reads it, without a driver's name."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _options(url: str) -> dict[str, Any]:
    """Return the options of every connection; the URL's own `options` win."""
    return {
        "autocommit": True,
        "row_factory": dict_row,
        "connect_timeout": 5,
        "application_name": "cashward",
        "options": f"{_OPTIONS} {make_url(url).query.get('options', '')}",
    }


@contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except _GONE as gone:
        reason = str(gone).partition("\n")[0] or type(gone).__name__
        raise StoreUnavailable(reason) from gone
