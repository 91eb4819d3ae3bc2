"""What the polls ask is answered from an index, however many contracts and entries there are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest
from psycopg import Connection, RawCursor
from sqlalchemy import URL

from domain.ids import Subject
from store import contracts
from store import timesheets as time_entries
from store.attention_queue import _OPEN as OPEN_ATTENTIONS
from store.bill_rows import _OF_DEAL as BILLS_OF_DEAL
from store.bill_rows import _READ as BILL
from store.contracts import _OF_BILL as CONTRACT_OF_BILL
from store.database import Query, plain_url
from store.deal_registry import _MAY_START as MAY_START
from store.effect_ledger import _OF_DEAL as EFFECTS_OF_DEAL
from store.finance_lists import _UNBILLED as UNBILLED
from tests.postgres import fresh_database

pytestmark = pytest.mark.timeout(600)  # the rows take their time on a busy machine
HERE = {"system": "jira", "tenant": "acme"}
RECENT = datetime(2027, 3, 10, tzinfo=UTC)
CONTRACTS = 100_000
LIVE = 1_000
FILL = f"""
insert into deals (deal, state, started_at, ended_at)
select 'd' || n, case when n > {LIVE} then 'closed' else 'carried' end, now(),
    case when n > {LIVE} then now() end
from generate_series(1, {CONTRACTS}) n;
with agreed as (
    insert into contracts (deal, customer, revision, agreed_at, ended_at, version)
    select 'd' || n, 'c' || n / 2, 1, now(), case when n > {LIVE} then now() end, 1
    from generate_series(1, {CONTRACTS}) n
)
insert into contract_revisions (deal, number, value, currency, effective, recorded_at)
select 'd' || n, 1, 100, 'EUR', now(), now() from generate_series(1, {CONTRACTS}) n;
insert into charges (deal, id, revision, line, description, quantity, unit_price, tax_class, net,
    currency, state, since)
select 'd' || n, id, 1, id, '', 1, 10, 'standard', 10, 'EUR',
    case when n > {LIVE} or id = 'm1' then 'paid' else 'planned' end, now()
from generate_series(1, {CONTRACTS}) n, unnest(array['m1', 'm2']) as id;
insert into links (kind, key, system, external_id, deal, linked_at)
select 'pm.project', 'd' || n, 'jira', n, 'd' || n, now() from generate_series(1, {CONTRACTS}) n;
insert into bills (subject, deal, key, revision, state, changed_at)
select 'd' || n || ':m1:r1', 'd' || n, 'm1', 1, 'issued', now()
from generate_series(1, {CONTRACTS}) n;
insert into claims (bill, charge, deal, charge_revision, net, currency, state)
select 'd' || n || ':m1:r1', 'm1', 'd' || n, 1, 10, 'EUR', 'issued'
from generate_series(1, {CONTRACTS}) n;
insert into documents (bill, deal, external_id, state, net, tax, gross, paid, credited, currency,
    due_on, changed_at)
select 'd' || n || ':m1:r1', 'd' || n, n, case when n > {LIVE} then 'settled' else 'open' end,
    10, 0, 10, case when n > {LIVE} then 10 else 0 end, 0, 'EUR', now(), now()
from generate_series(1, {CONTRACTS}) n;
insert into credit_notes (subject, bill, net, currency, charges, at)
select 'd' || n || ':credit', 'd' || n || ':m1:r1', 1, 'EUR', '{{}}', now()
from generate_series(1, {CONTRACTS}) n;
insert into attention (workflow, key, deal, kind, what, why, responsible, since, actions, findings,
    choices, decision, resolved_at)
select 'w' || n, 'k', 'd' || n, '', '', '', '{{}}', now(), '{{}}', '[]', '{{}}',
    case when n > 10 then '{{}}'::jsonb end, case when n > 10 then now() end
from generate_series(1, {CONTRACTS}) n;
insert into effects (kind, subject, system, deal, digest, state, attempt, generation, key_tainted,
    parts, proof, version, changed_at)
select 'pm.team', 'd' || n, 'jira', 'd' || n, 'd', 'planned', 0, 1, false, '{{}}', '{{}}', 1, now()
from generate_series(1, {CONTRACTS}) n;
insert into time_entries (system, tenant, entry, deal, version, package, person, day, minutes,
    changed_at, recorded_at, since, is_approved_in_pm, is_deleted, state, role, seniority, location,
    rounding_method, rounding_unit, billed_minutes, price, net, currency, approved_at)
select 'jira', 'acme', n, 'd' || n / 100, 1, 'w1', 'p' || n % 100, date '2027-01-01' + n / 1000, 60,
    now(), timestamptz '2027-01-01' + n * interval '1 minute',
    timestamptz '2027-01-01' + n * interval '1 minute', false, false, 'approved', '', '', '',
    'up', 15, 60, 90, 90, 'EUR', now()
from generate_series(1, {CONTRACTS}, 5) n;
"""  # noqa: S608 - of constants


def _connect(url: str) -> Connection:
    return psycopg.connect(plain_url(url), autocommit=True, cursor_factory=RawCursor)


@pytest.fixture(scope="module")
def filled(postgres: URL) -> Iterator[Connection]:
    with fresh_database(postgres) as url, _connect(url) as admin:
        admin.execute(FILL.encode())
        admin.execute("analyze")
        yield admin


def scanned_whole(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from the first row to the last."""
    below = (scanned_whole(each) for each in plan.get("Plans", ()))
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*below)


@pytest.mark.parametrize(
    ("query", "given"),
    [
        (contracts.AWAITING, {}),
        (contracts.SHARED, {"customer": "c7", "deal": "d14"}),
        (OPEN_ATTENTIONS, {}),
        (BILL, {"subject": Subject("d7:m1:r1")}),
        (BILLS_OF_DEAL, {"deal": "d7"}),
        (CONTRACT_OF_BILL, {"subject": Subject("d7:m1:r1")}),
        (UNBILLED, {}),
        (MAY_START, {"deal": "d7", "now": datetime(2027, 3, 1, tzinfo=UTC)}),
        (EFFECTS_OF_DEAL, {"deal": "d7"}),
        (time_entries._LOCK, HERE | {"entries": ["7", "8"]}),
        (time_entries._KNOWN, HERE | {"since": RECENT.date()}),
        (time_entries._WAITING, {"before": RECENT}),
        (time_entries._TURNED, {"since": RECENT}),
        (time_entries._OF_DEAL, {"deal": "d7", "first": date.min, "last": date.max}),
        (time_entries._PEOPLE, {"first": RECENT.date(), "last": RECENT.date()}),
    ],
    ids=[
        *("awaiting", "shared customer", "open attentions", "bill", "bills of a deal"),
        *("contract of a bill", "unbilled", "registry", "effects of a deal"),
        *("time by id", "time known", "time waiting", "time turned", "time of a deal", "people"),
    ],
)
def test_no_large_table_is_read_whole(
    filled: Connection, query: Query, given: dict[str, object]
) -> None:
    explained = filled.execute(b"explain (format json) " + query.sql, query.values(given))
    [([found],)] = explained.fetchall()
    assert scanned_whole(found["Plan"]) <= {"epochs"}


def test_the_contracts_that_await_a_charge_are_the_live_ones(filled: Connection) -> None:
    found = filled.execute(contracts.AWAITING.sql, contracts.AWAITING.values({})).fetchall()
    assert len(found) == LIVE
