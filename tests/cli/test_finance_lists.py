"""Finance's lists over all deals, as tables, as JSON and as CSV."""

import csv
import json

import pytest

from cli.errors import ExitCode
from domain.ids import Subject
from store import open_store
from testbed.stack.postgres import as_worker
from tests.cli.command_server import CommandServer
from tests.store.values import DRAFT, NOW, OPERATION_TIMEOUT, baseline, bill, intent, made, proof


@pytest.fixture
async def owed(database_url: str) -> Subject:
    """A deal of three charges of 100.00, of which the first is issued and not paid."""
    async with open_store(as_worker(database_url), pool_size=1) as store:
        ledger, this = store.billing_ledger, intent("owed", part=":m1:r1")
        await ledger.agree(baseline("owed"), now=NOW)
        opened = await ledger.claim(bill("owed", "m1", 100), now=NOW)
        await ledger.permit(opened.subject, now=NOW)
        await store.effect_ledger.begin(
            this, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
        )
        await store.effect_ledger.confirm(this.key, 1, [made("doc-1")])
        await ledger.record_issued(opened.subject, this.key, proof("doc-1", 100, 23), now=NOW)
    return opened.subject


def test_each_list_is_shown_with_its_totals(
    server: CommandServer, database_url: str, owed: Subject
) -> None:
    environment = {
        **{f"CASHWARD_VENDORS__{part}": "memory" for part in ("CRM", "PM", "ERP")},
        "CASHWARD_DATABASE__URL": database_url,
    }
    code, said = server.run("finance", "receivables", environment=environment)
    assert code == ExitCode.DONE, said
    assert all(word in said for word in ("INV-doc-1", "123.00", "EUR", "not due")), said
    code, said = server.run("finance", "receivables", "--csv", environment=environment)
    [row] = csv.DictReader(said.splitlines())
    assert (row["bill"], row["outstanding"], row["currency"]) == (owed, "123.00", "EUR")
    code, said = server.run("finance", "unbilled", "--json", environment=environment)
    assert [each["charge"] for each in json.loads(said)] == ["m2", "m3"]
    for empty in ("held", "overdue"):
        code, said = server.run("finance", empty, "--json", environment=environment)
        assert (code, json.loads(said)) == (ExitCode.DONE, []), said
    code, said = server.run("finance", "held", environment=environment)
    assert (code, said.strip()) == (ExitCode.DONE, "no charge is held")
