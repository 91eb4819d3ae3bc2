"""PostgreSQL for the store: a pool, statements compiled once, one clear failure.

SQLAlchemy writes the SQL and psycopg sends it: using SQLAlchemy's engine for every statement
would triple the client's price of a transition.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any, Final, Self, cast

from psycopg import AsyncConnection, AsyncRawCursor, InterfaceError, OperationalError, errors
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

from ports.failures import Unreachable

_DIALECT: Final = cast("Any", PGDialect_psycopg)(paramstyle="numeric_dollar")
# A worker that was stopped in the middle of a transaction must not hold its rows for long.
_OPTIONS: Final = (
    "-c timezone=UTC -c lock_timeout=5s -c statement_timeout=15s"
    " -c idle_in_transaction_session_timeout=10s"
)
# The kernel gives up a peer that has been silent for 25 s.
SILENCE: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
ANSWER_TIMEOUT: Final = 20.0
"""How long a use of a connection may take: the server's own time-outs end a slow one before."""
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


class PoolExhausted(Unreachable):
    """PostgreSQL answers, but our own connections were all busy: the caller must try again."""

    def __init__(self, size: int, waited: float) -> None:
        super().__init__(
            "postgres",
            f"all {size} connections were busy for {waited:g} s: raise"
            " CASHWARD_DATABASE__POOL_SIZE, or let the worker do less at once"
            " (CASHWARD_WORKER__CONCURRENCY)",
        )


class Query:
    """A statement compiled once; psycopg prepares it on the server after a few uses.

    Its parameters are PostgreSQL's own, `$1` and on: psycopg would parse others at every use.
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=_DIALECT))
        self.sql = str(compiled).encode()
        self._names = compiled.positiontup or []
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def values(self, given: Mapping[str, object]) -> list[object]:
        known = {**self._fixed, **given}
        return [known[name] for name in self._names]


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
    """A pool of connections. Raises StoreUnavailable whatever keeps PostgreSQL from answering.

    No use of it outlasts `pool_timeout` and `answer_timeout` together, even if packets are lost.
    """

    def __init__(
        self, pool: AsyncConnectionPool[AsyncConnection[DictRow]], answer_timeout: float
    ) -> None:
        self._pool = pool
        self._answer_timeout = answer_timeout
        self._last_answer = 0.0
        self._replaced_at = 0.0

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        *,
        pool_size: int,
        pool_timeout: float = 5,
        answer_timeout: float = ANSWER_TIMEOUT,
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
            yield cls(pool, answer_timeout)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        async with self._connection() as connection:
            yield Session(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        async with self._connection() as connection, connection.transaction():
            yield Session(connection)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection[DictRow]]:
        asked = monotonic()
        connection = None
        try:
            async with self._pool.connection() as connection:
                async with _cut_after(self._answer_timeout, connection):
                    yield connection
                self._last_answer = monotonic()
        except PoolTimeout as full:
            if self._last_answer > asked:
                raise PoolExhausted(self._pool.max_size, self._pool.timeout) from full
            raise StoreUnavailable(f"no connection within {self._pool.timeout:g} s") from full
        except _GONE as gone:
            if connection and connection.closed:
                await self._replace_connections(asked)
            raise StoreUnavailable(_reason(gone)) from gone

    async def _replace_connections(self, asked: float) -> None:
        """Replace the idle connections: one is lost, and they are as old."""
        if asked > self._replaced_at:
            self._replaced_at = monotonic()
            await self._pool.drain()


@asynccontextmanager
async def session_without_pool(url: str) -> AsyncIterator[Session]:
    """Open one connection for a question or two. Raises StoreUnavailable."""
    try:
        async with (
            await AsyncConnection[DictRow].connect(plain_url(url), **_options(url)) as connection,
            _cut_after(ANSWER_TIMEOUT, connection),
        ):
            yield Session(connection)
    except _GONE as gone:
        raise StoreUnavailable(_reason(gone)) from gone


@asynccontextmanager
async def _cut_after(seconds: float, connection: AsyncConnection[DictRow]) -> AsyncIterator[None]:
    """Cut a connection that is still in use then, so that whatever waits on it fails at once."""
    is_late = False

    def cut() -> None:
        nonlocal is_late
        is_late = True
        # libpq sees the end of the stream; a cancellation would wait for PostgreSQL again.
        with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    limit = asyncio.get_running_loop().call_later(seconds, cut)
    try:
        yield
    except _GONE as gone:
        if is_late:
            raise OperationalError(f"no answer within {seconds:g} s") from gone
        raise
    finally:
        limit.cancel()
        if is_late:
            await connection.close()


def plain_url(url: str) -> str:
    """Return the URL as libpq reads it, without a driver's name."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _options(url: str) -> dict[str, Any]:
    """Return the options of every connection; the URL's own `options` win."""
    return {
        "autocommit": True,
        "row_factory": dict_row,
        "cursor_factory": AsyncRawCursor,
        "connect_timeout": 5,
        **SILENCE,
        "application_name": "cashward",
        "options": f"{_OPTIONS} {make_url(url).query.get('options', '')}",
    }


def _reason(gone: Exception) -> str:
    return str(gone).partition("\n")[0] or type(gone).__name__
