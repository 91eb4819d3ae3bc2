"""How `cashward deal time` sums up the entries."""

from datetime import UTC, date, datetime
from decimal import Decimal

from application.timesheet import timesheet
from domain.ids import DealId, ExternalId, Subject
from domain.time_record import TimeKey, TimeRecord
from domain.timesheet import TimeEntry

DEAL = DealId("hubspot:7")
NOW = datetime(2026, 12, 7, tzinfo=UTC)


def record(number: int, package: str, person: str, minutes: int) -> TimeRecord:
    entry = TimeEntry(
        id=ExternalId(str(number)),
        project=ExternalId("p1"),
        work=Subject(f"{DEAL}:{package}" if package else ""),
        person=person,
        day=date(2026, 12, number),
        minutes=minutes,
        changed_at=NOW,
    )
    key = TimeKey(system="jira", tenant="acme", entry=entry.id, deal=DEAL)
    return TimeRecord(key=key).book(entry, now=NOW)


def test_hours_add_up_by_package_and_person() -> None:
    sheet = timesheet(
        DEAL,
        [
            record(1, "w2", "acc-1", 90),
            record(2, "w1", "acc-2", 480),
            record(3, "w2", "acc-1", 15),
            record(4, "w2", "acc-2", 120),
            record(5, "", "acc-1", 30),
        ],
    )
    assert sheet.total == Decimal("12.25")
    assert [(each.package, each.hours) for each in sheet.packages] == [
        ("", Decimal("0.5")),
        ("w1", Decimal(8)),
        ("w2", Decimal("3.75")),
    ]
    assert sheet.packages[2].people == {"acc-1": Decimal("1.75"), "acc-2": Decimal(2)}


def test_deleted_time_is_not_spent() -> None:
    assert timesheet(DEAL, [record(1, "w1", "acc-1", 90).delete(now=NOW)]).packages == ()
