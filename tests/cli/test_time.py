"""`cashward rates` and `cashward time`, over time that is on record."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.ids import DealId, ExternalId, Subject
from domain.timesheet import TimeChanges, TimeEntry
from ports.links import Link
from store import open_store
from testbed.stack.postgres import as_worker
from tests.cli.command_server import CommandServer
from tests.store.values import baseline, deal

RATES = """\
role,seniority,location,valid_from,valid_until,price,cost,currency
consultant,senior,,2027-01-01,2027-02-28,120.00,61.50,EUR
consultant,senior,,2027-03-01,,126.00,61.50,EUR
consultant,,,2027-01-01,,90.00,45.00,EUR
"""
NOW = datetime(2027, 3, 8, tzinfo=UTC)
SENIOR, CONSULTANT, IDLE = "acc-1", "acc-2", "acc-3"
BOOKED = (
    (SENIOR, date(2027, 2, 26), 110),
    (SENIOR, date(2027, 3, 1), 20),
    (CONSULTANT, date(2027, 3, 2), 450),
)
"""The example of contract.md 6."""
STAFFING = {
    "people": {"lead": IDLE},
    "profiles": {
        SENIOR: {"role": "consultant", "seniority": "senior"},
        CONSULTANT: {"role": "consultant"},
    },
}
Cashward = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def cashward(server: CommandServer, database_url: str) -> Cashward:
    environment = {
        "CASHWARD_DATABASE__URL": as_worker(database_url),
        "CASHWARD_POLICY__STAFFING": json.dumps(STAFFING),
    }
    return lambda *words: server.run(*words, environment=environment)


@pytest.fixture(scope="module", autouse=True)
def rates(cashward: Cashward, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("rates") / "rates.csv"
    file.write_text(RATES, encoding="utf-8")
    code, said = cashward("rates", "import", str(file))
    assert code == 0, said
    return said


async def book(database_url: str, name: str, *booked: tuple[str, date, int]) -> DealId:
    """A deal with a project, and time on it."""
    mine = deal(name)
    link = Link(
        system="jira", tenant="acme", kind="pm.project", key=mine, external_id=ExternalId(name),
        deal=mine,
    )  # fmt: skip
    entries = tuple(
        TimeEntry(
            id=ExternalId(f"{name}-{number}"),
            project=ExternalId(name),
            work=Subject(f"{mine}:w1"),
            person=person,
            day=day,
            minutes=minutes,
            changed_at=NOW,
        )
        for number, (person, day, minutes) in enumerate(booked)
    )
    async with open_store(as_worker(database_url), pool_size=1) as store:
        await store.links.add(link, now=NOW)
        await store.billing_ledger.agree(baseline(name, 10_000), now=NOW)
        found = TimeChanges(entries=entries, until=NOW)
        await store.timesheets.record("jira", "acme", found, now=NOW)
    return mine


def test_an_import_says_what_the_card_has(rates: str) -> None:
    assert "rates in revision 1 of the rate card: 3" in rates


def test_rates_are_shown_by_work_date(cashward: Cashward) -> None:
    code, said = cashward("rates", "show", "--on", "2027-02-28", "--json")
    assert code == 0
    found = json.loads(said)
    assert [each["price"]["amount"] for each in found] == ["90.00", "120.00"]
    assert "126.00 EUR" in cashward("rates", "show", "--on", "2027-03-01")[1]


def test_a_wrong_file_is_refused_and_the_card_stays(cashward: Cashward, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(RATES.replace("126.00", "12,6"), encoding="utf-8")
    code, said = cashward("rates", "import", str(file))
    assert code == 1
    assert "line 3:" in said
    assert "126.00 EUR" in cashward("rates", "show", "--on", "2027-03-01")[1]
    assert cashward("rates", "import", str(tmp_path / "none.csv"))[0] == 2


async def test_weeks_are_approved_to_the_cent_and_the_annex_has_every_entry(
    cashward: Cashward, database_url: str
) -> None:
    mine = await book(database_url, "approved", *BOOKED)
    assert "110" in cashward("time", "list", mine, "--unapproved")[1]
    for week in ("2027-W08", "2027-W09"):
        code, said = cashward("time", "approve", mine, "--week", week)
        assert code == 0, said
    assert json.loads(cashward("time", "list", mine, "--unapproved", "--json")[1]) == []
    february = list(
        csv.DictReader(cashward("time", "annex", mine, "--month", "2027-02")[1].splitlines())
    )
    march = list(
        csv.DictReader(cashward("time", "annex", mine, "--month", "2027-03")[1].splitlines())
    )
    lines = [
        (row["minutes_booked"], row["hours_billed"], row["price"], row["net"])
        for row in (*february, *march)
    ]
    assert lines == [
        ("110", "2.00", "120.00", "240.00"),
        ("20", "0.50", "126.00", "63.00"),
        ("450", "7.50", "90.00", "675.00"),
    ]
    assert {row["state"] for row in march} == {"approved"}
    trail = cashward("deal", "audit", mine)[1]
    assert "approve-time" in trail


async def test_a_week_without_time_and_a_person_without_a_rate_are_refused_with_a_way_out(
    cashward: Cashward, database_url: str
) -> None:
    mine = await book(
        database_url, "refused", ("acc-9", date(2027, 3, 1), 60), (IDLE, date(2027, 3, 1), 60)
    )
    code, said = cashward("time", "approve", mine, "--week", "2027-W09")
    assert code == 1
    assert "'acc-9' has no job profile" in said
    assert "no rate in EUR for lead on 2027-03-01" in said
    assert "time list" in cashward("time", "approve", mine, "--week", "2027-W10")[1]
    assert "write it as 2027-W09" in cashward("time", "approve", mine, "--week", "9")[1]
    assert "write it as 2027-03" in cashward("time", "annex", mine, "--month", "March")[1]


async def test_who_booked_nothing_in_a_week_is_named(cashward: Cashward, database_url: str) -> None:
    await book(database_url, "missing", (SENIOR, date(2027, 6, 1), 60))
    found = json.loads(cashward("time", "missing", "--week", "2027-W22", "--json")[1])
    assert found == {"week": "2027-W22", "people": [CONSULTANT, IDLE]}
