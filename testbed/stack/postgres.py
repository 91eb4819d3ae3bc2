"""PostgreSQL for one machine: durable, on loopback with a password, never as root."""

import asyncio
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from testbed.stack.accounts import Account
from testbed.stack.binaries import PostgresBinaries, find_postgres
from testbed.stack.data_directory import DataDirectory, claim_data_directory
from testbed.stack.errors import Died, StackError
from testbed.stack.processes import command_of, running
from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor

NAME = "cashward"  # of the owner and of the database
WORKER = "cashward_worker"  # the role of workers, who own nothing
_ROLES = f"""
do $$ begin
    create role cashward_application nologin;
    create role {WORKER} login in role cashward_application;
exception when duplicate_object then null;
end $$
"""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # no query here is long enough to earn back its compilation
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


@dataclass(frozen=True)
class Database:
    """A running PostgreSQL with a database of ours."""

    program: Program
    address: str
    note: str

    @property
    def url(self) -> str:
        """Return the owner's URL for SQLAlchemy."""
        return f"postgresql+psycopg://{self.address}/{NAME}"

    @property
    def worker_url(self) -> str:
        """Return the URL of a role that owns nothing, with the same password."""
        return as_worker(self.url)


def as_worker(url: str) -> str:
    """Return the URL of the role that owns nothing, from that of the owner."""
    return url.replace(f"//{NAME}:", f"//{WORKER}:", 1)


async def start_postgres(supervisor: Supervisor, port: int) -> Database:
    """Start PostgreSQL on our data; make the data if there is none."""
    account = Account.for_database()
    data_directory = claim_data_directory(supervisor.state, account)
    binaries = find_postgres(account, data_directory.folder, major=data_directory.major)
    password = supervisor.state.secret("postgres")
    if data_directory.major is None:
        await _make(supervisor, data_directory, binaries, account, password)
    _clear_stale(data_directory.data)
    address = f"{NAME}:{password}@127.0.0.1:{port}"
    server = _server(supervisor, data_directory, binaries, account, port)
    server.ready = lambda: _answers(address)
    await _up(server)
    await _ensure_database(address, password)
    return Database(server, address, data_directory.note)


async def _make(
    supervisor: Supervisor,
    data_directory: DataDirectory,
    binaries: PostgresBinaries,
    account: Account,
    password: str,
) -> None:
    """Make the whole data folder, or nothing."""
    draft, pwfile = data_directory.folder / "data.new", data_directory.folder / "password.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    pwfile.touch(mode=0o600)
    pwfile.write_text(password)
    account.give(draft)
    account.give(pwfile)
    initdb = Program(
        supervisor=supervisor,
        name="postgres-initdb",
        account=account,
        folder=Path("/"),
        argv=[
            str(binaries.initdb),
            *("--pgdata", str(draft), "--username", NAME, "--pwfile", str(pwfile)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
            "--data-checksums",
        ],
    )
    try:
        await initdb.run()
        draft.rename(data_directory.data)
    finally:
        pwfile.unlink()


def _server(
    supervisor: Supervisor,
    data_directory: DataDirectory,
    binaries: PostgresBinaries,
    account: Account,
    port: int,
) -> Program:
    options = [f"--{name}={value}" for name, value in _SETTINGS.items()]
    return Program(
        supervisor=supervisor,
        name="postgres",
        account=account,
        folder=Path("/"),
        stop_signal=signal.SIGINT,  # its fast shutdown: sessions are ended, nothing is lost
        argv=[str(binaries.server), "-D", str(data_directory.data), "-p", str(port), *options],
    )


async def _up(server: Program) -> None:
    """Start; after a kill, wait until the old server's children release its memory."""
    for _ in range(20):
        try:
            return await server.up()
        except Died as death:
            if "pre-existing shared memory" not in str(death):
                raise
            await asyncio.sleep(0.25)
    return await server.up()


def _clear_stale(data: Path) -> None:
    """Delete a dead server's pid file if another program has its pid; PostgreSQL does the rest."""
    mark = data / "postmaster.pid"
    if not mark.exists():
        return
    pid = int(mark.read_text().split("\n", 1)[0])
    if not running(pid):
        return
    program, _, _ = command_of(pid).partition(" ")
    if "postgres" in Path(program).name:
        raise StackError(f"Process {pid} is a PostgreSQL at work on {data}: end it first")
    mark.unlink()


async def _answers(address: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(
            f"postgresql://{address}/postgres", connect_timeout=5
        ):
            return True
    except psycopg.OperationalError:
        return False


async def _ensure_database(address: str, password: str) -> None:
    async with await psycopg.AsyncConnection.connect(
        f"postgresql://{address}/postgres", autocommit=True
    ) as connection:
        known = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,))
        if await known.fetchone() is None:
            await connection.execute(f"CREATE DATABASE {NAME}")
        await connection.execute(_ROLES)
        await connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(WORKER), password)
        )
