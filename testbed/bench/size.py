"""`python -m testbed.bench.size`: bytes of our database per effect, over whole deals.

The deals are written through the store, with the effects, parts and documents that a deal of three
invoices has with HubSpot, Jira and Xero.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from domain.actor import CASHWARD
from domain.baseline import Baseline
from domain.charge import Charge, Source
from domain.claim import Claim, ClaimedBill, Proof, Settlement
from domain.effect import EffectKey, EffectKind, IdempotencyPolicy, Receipt, Strategy
from domain.ids import ChargeId, CustomerKey, DealId, ExternalId, LineId, Subject
from domain.money import Money
from domain.stage import Stage
from ports.effect_ledger import Intent
from runtime.worker_main import leave
from store import Store, migrate, open_store
from store.archive import archive
from store.database import plain_url
from testbed.stack.postgres import Database, start_postgres
from testbed.stack.state import State
from testbed.stack.supervisor import Supervisor

BUDGET: Final = 1.5
"""GB per million effects (docs/decisions/0013)."""
TENANTS: Final = {
    "hubspot": "48120077",
    "jira": "https://example.atlassian.net",
    "xero": "0f6e0e52-53a4-4f0c-9a1d-6c6f1bd9c2f4",
}
INVOICES: Final = 3
NET: Final = Money.of("15311.40", "EUR")
WORK_ITEMS: Final = 9
_AT_ONCE: Final = 8
_VACUUMS: Final = 10
"""How often the tables are vacuumed meanwhile; autovacuum comes at each fifth that they grow."""
_LONG_AGO: Final = date(2000, 1, 1)
_TIMEOUT: Final = timedelta(seconds=60)
_out = Console()


class Step(NamedTuple):
    """One effect of a deal, and what the vendor made of it."""

    system: str
    kind: str
    subject: str
    strategy: Strategy
    made: Receipt


Sizes = dict[str, int]


def main(deals: Annotated[int, typer.Option(min=1, help="How many deals.")] = 400) -> None:
    """Write deals into a database of their own, and weigh its tables."""
    with tempfile.TemporaryDirectory(prefix="cashward-size-") as folder:
        Path(folder).chmod(0o711)  # the database may run under an account of its own
        written, packed, effects = asyncio.run(_measure(Path(folder) / "state", deals))
    table = Table("table", "bytes per effect as written", "after `cashward archive`")
    for name, size in sorted(written.items(), key=lambda each: -each[1]):
        table.add_row(name, f"{size / effects:.0f}", f"{packed[name] / effects:.0f}")
    _out.print(table)
    as_written, at_rest = (sum(sizes.values()) / effects / 1000 for sizes in (written, packed))
    _out.print(
        f"{as_written:.2f} GB per million effects as written, {at_rest:.2f} after"
        f" `cashward archive` packed the indexes; at most {BUDGET} are wanted"
    )
    if at_rest > BUDGET:
        raise SystemExit(1)


async def _measure(folder: Path, deals: int) -> tuple[Sizes, Sizes, int]:
    async with Supervisor(State.at(folder)) as supervisor:
        server = await start_postgres(supervisor, supervisor.state.ports("postgres")["postgres"])
        migrate(server.url)
        empty = _sizes(server.url)
        await _write(server, deals)
        written = _sizes(server.url)
        archive(server.url, _LONG_AGO, by=CASHWARD)
        packed = _sizes(server.url)
        tables = [name for name in written if written[name] > empty[name]]
        before, after = (
            {name: sizes[name] - empty[name] for name in tables} for sizes in (written, packed)
        )
        return before, after, _count(server.url)


async def _write(server: Database, deals: int) -> None:
    async with open_store(server.worker_url, pool_size=_AT_ONCE) as store:
        numbers = iter(range(deals))

        async def write() -> None:
            for number in numbers:
                await write_deal(store, number)
                if number % (deals // _VACUUMS + 1) == 0:
                    await asyncio.to_thread(_vacuum, server.url)

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(write())


def _vacuum(url: str) -> None:
    with psycopg.connect(plain_url(url), autocommit=True) as admin:
        admin.execute("vacuum analyze")


def _sizes(url: str) -> dict[str, int]:
    """Return the bytes of each table with its indexes."""
    _vacuum(url)
    with psycopg.connect(plain_url(url)) as admin:
        rows = admin.execute(
            "select coalesce(i.inhparent, c.oid)::regclass::text,"
            " sum(pg_total_relation_size(c.oid))::bigint"
            " from pg_class c left join pg_inherits i on i.inhrelid = c.oid"
            " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by 1"
        )
        return dict(rows.fetchall())


def _count(url: str) -> int:
    with psycopg.connect(plain_url(url)) as admin:
        row = admin.execute("select count(*) from effects").fetchone()
        return int(row[0]) if row else 0


async def write_deal(store: Store, number: int) -> None:
    """Carry one deal from its contract to its last payment, as far as our records know."""
    deal, customer = DealId(f"hubspot:{51230000000 + number * 7}"), f"sk-{50100000 + number}"
    now = datetime.now(UTC)
    value = Money.of("45934.20", "EUR")
    terms = Baseline(deal=deal, customer=CustomerKey(customer), value=value, charges=_charges(now))
    await store.billing_ledger.agree(terms, now=now)
    for change in _set_up(deal, customer):
        await _effect(store, deal, change)
    for charge in range(1, INVOICES + 1):
        await _invoice(store, deal, f"m{charge}", now)
        await _effect(store, deal, _record(deal, f"w{charge}"))
    for write_back in range(INVOICES + 1, INVOICES + 3):
        await _effect(store, deal, _record(deal, f"w{write_back}"))
    await store.billing_ledger.close(deal, Stage.CLOSED, by=CASHWARD, reason="", now=now)


def _charges(now: datetime) -> tuple[Charge, ...]:
    return tuple(
        Charge(
            id=ChargeId(f"m{n}"),
            line=LineId(f"m{n}"),
            description=f"Phase {n}",
            quantity=Decimal(1),
            unit_price=NET.amount,
            net=NET,
            due=now.date(),
            source=Source(system="hubspot", id="1", version="1"),
        )
        for n in range(1, INVOICES + 1)
    )


def _set_up(deal: DealId, customer: str) -> Iterator[Step]:
    project, xero = ExternalId(deal[-7:]), _xero(customer)
    contact = f"https://go.xero.com/Contacts/View/{xero}"
    yield Step("xero", "erp.customer", customer, Strategy.UNIQUE_REFERENCE, _made(xero, contact))
    browse = f"https://example.atlassian.net/browse/CW{deal[-7:]}"
    parts = {"key": ExternalId(f"CW{deal[-7:]}")}
    made = _made(project, browse, parts)
    yield Step("jira", "pm.project", deal, Strategy.UNIQUE_REFERENCE, made)
    yield Step("jira", "pm.charter", deal, Strategy.UPSERT, _made(project))
    versions = {f"m{n}": ExternalId(f"{project}{n}") for n in range(1, INVOICES + 1)}
    made = _made(project, "", versions)
    yield Step("jira", "pm.milestones", deal, Strategy.UNIQUE_REFERENCE, made)
    issues = {f"w{n}": ExternalId(f"{project}{n + 50}") for n in range(1, WORK_ITEMS + 1)}
    yield Step("jira", "pm.work", deal, Strategy.SEARCH_FIRST, _made(project, "", issues))
    yield Step("jira", "pm.team", deal, Strategy.UNIQUE_REFERENCE, _made(project))
    yield _record(deal, "link")


def _record(deal: DealId, what: str) -> Step:
    record = ExternalId(deal.removeprefix("hubspot:"))
    url = f"https://app.hubspot.com/contacts/48120077/record/0-3/{record}"
    return Step("hubspot", "crm.record", f"{deal}:{what}", Strategy.UPSERT, _made(record, url))


async def _invoice(store: Store, deal: DealId, charge: str, now: datetime) -> None:
    subject, net = Subject(f"{deal}:{charge}:r1"), NET
    tax = Money.of("3521.62", "EUR")
    claim = Claim(charge=ChargeId(charge), revision=1, net=net)
    bill = ClaimedBill(subject=subject, deal=deal, key=charge, revision=1, claims=(claim,))
    await store.billing_ledger.claim(bill, now=now)
    document = _xero(subject)
    url = f"https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID={document}"
    draft = Step("xero", "erp.invoice", subject, Strategy.DRAFT, _made(document, url))
    key = await _effect(store, deal, draft)
    await store.billing_ledger.permit(subject, now=now)
    issue = draft._replace(kind="erp.issue", strategy=Strategy.UNIQUE_REFERENCE)
    await _effect(store, deal, issue)
    proof = Proof(
        document=document,
        number=f"INV-{subject[-12:]}",
        issued_on=now.date(),
        due_on=now.date(),
        net=net,
        tax=tax,
        gross=net + tax,
        url=url,
        pdf=f"https://api.xero.com/api.xro/2.0/Invoices/{document}",
    )
    await store.billing_ledger.record_issued(subject, key, proof, now=now)
    paid = Settlement(paid=proof.gross, credited=Money.zero("EUR"), due_on=proof.due_on)
    await store.billing_ledger.record_settlement(subject, paid, now=now)


async def _effect(store: Store, deal: DealId, change: Step) -> EffectKey:
    intent = Intent(
        key=EffectKey(
            system=change.system,
            tenant=TENANTS[change.system],
            kind=EffectKind(change.kind),
            subject=Subject(change.subject),
        ),
        deal=deal,
        digest=f"v1:{uuid5(NAMESPACE_URL, change.subject).hex[:24]}",
        workflow=f"kickoff:{deal}",
        run=str(uuid5(NAMESPACE_URL, deal)),
    )
    policy = IdempotencyPolicy(strategy=change.strategy)
    effect = await store.effect_ledger.begin(
        intent, policy, operation_timeout=_TIMEOUT, is_repeatable=False
    )
    await store.effect_ledger.confirm(intent.key, effect.attempt, [change.made])
    return intent.key


def _xero(what: str) -> ExternalId:
    return ExternalId(str(uuid5(NAMESPACE_URL, what)))


def _made(made: ExternalId, url: str = "", parts: dict[str, ExternalId] | None = None) -> Receipt:
    return Receipt(id=made, url=url, parts=parts or {})


if __name__ == "__main__":
    typer.run(main)
    leave(0)
