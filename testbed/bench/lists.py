"""`python -m testbed.bench.lists`: how long finance's lists take over 10,000 deals.

Each deal has six charges: two are paid, one is owed, one is held, two are planned.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from domain.charge import ChargeState
from runtime.worker_main import leave
from store import Store, migrate, open_store
from store.database import plain_url
from testbed.stack.postgres import Database, start_postgres
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor

WANTED: Final = 1.0
_FILL: Final = """
insert into deals (deal, state, started_at) select 'hubspot:' || n, 'carried', now()
from generate_series(1, {deals}) n;
with agreed as (
    insert into contracts (deal, customer, revision, agreed_at, version)
    select 'hubspot:' || n, 'sk-' || n / 3, 1, now(), 1 from generate_series(1, {deals}) n
)
insert into contract_revisions (deal, number, value, currency, effective, recorded_at)
select 'hubspot:' || n, 1, 6000, 'EUR', now(), now() from generate_series(1, {deals}) n;
insert into charges (deal, id, revision, line, description, quantity, unit_price, net, currency,
    tax_class, due, state, reason, responsible, since)
select 'hubspot:' || n, 'm' || c, 1, 'm' || c, 'Phase ' || c, 1, 1000, 1000, 'EUR', 'standard',
    now(), (array['paid', 'paid', 'issued', 'held', 'planned', 'planned'])[c], 'a reason',
    'finance', now() - n * interval '1 minute'
from generate_series(1, {deals}) n, generate_series(1, 6) c;
insert into bills (subject, deal, key, revision, state, changed_at)
select 'hubspot:' || n || ':m' || c || ':r1', 'hubspot:' || n, 'm' || c, 1, 'issued', now()
from generate_series(1, {deals}) n, generate_series(1, 3) c;
insert into claims (bill, charge, deal, charge_revision, net, currency, state)
select subject, key, deal, 1, 1000, 'EUR', 'issued' from bills;
insert into documents (bill, deal, external_id, number, issued_on, due_on, state, net, tax, gross,
    paid, credited, currency, changed_at)
select subject, deal, subject, 'INV-' || subject, now(),
    now() - (substr(deal, 9)::int % 200 - 50) * interval '1 day',
    case key when 'm3' then 'open' else 'settled' end, 1000, 230, 1230,
    case key when 'm3' then 30 else 1230 end, 0, 'EUR', now()
from bills;
analyze;
"""  # of numbers only

_out = Console()


def main(deals: Annotated[int, typer.Option(min=1, help="How many deals.")] = 10_000) -> None:
    """Fill a database of its own, and measure each list three times; the slowest counts."""
    with tempfile.TemporaryDirectory(prefix="cashward-lists-") as folder:
        Path(folder).chmod(0o711)  # the database may run under an account of its own
        found = asyncio.run(_measure(Path(folder) / "state", deals))
    table = Table("list", "rows", "seconds")
    for name, (rows, seconds) in found.items():
        table.add_row(name, f"{rows}", f"{seconds:.2f}")
    _out.print(table)
    _out.print(f"{deals} deals with {6 * deals} charges; less than {WANTED:g} s is wanted")
    if max(seconds for _, seconds in found.values()) >= WANTED:
        raise SystemExit(1)


async def _measure(folder: Path, deals: int) -> dict[str, tuple[int, float]]:
    async with Supervisor(State.at(folder)) as supervisor:
        server = await start_postgres(supervisor, supervisor.state.ports("postgres")["postgres"])
        migrate(server.url)
        _fill(server, deals)
        async with open_store(server.worker_url, pool_size=1) as store:
            await store.cursors.last_polls()  # the first connection is made by now
            return await _lists(store)


def _fill(server: Database, deals: int) -> None:
    with psycopg.connect(plain_url(server.url), autocommit=True) as admin:
        admin.execute(_FILL.format(deals=deals).encode())


async def _lists(store: Store) -> dict[str, tuple[int, float]]:
    lists, today = store.finance_lists, datetime.now(UTC).date()
    return {
        "receivables": await _slowest([lists.receivables(today) for _ in range(3)]),
        "overdue": await _slowest([lists.receivables(today, overdue=True) for _ in range(3)]),
        "unbilled": await _slowest([lists.unbilled() for _ in range(3)]),
        "held": await _slowest([lists.unbilled(ChargeState.HELD) for _ in range(3)]),
    }


async def _slowest(asked: Sequence[Awaitable[Sequence[object]]]) -> tuple[int, float]:
    rows, slowest = 0, 0.0
    for each in asked:
        begun = time.perf_counter()
        rows = len(await each)
        slowest = max(slowest, time.perf_counter() - begun)
    return rows, slowest


if __name__ == "__main__":
    typer.run(main)
    leave(0)
