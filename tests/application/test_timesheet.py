"""How `cashward deal time` sums up the entries."""

from datetime import date
from decimal import Decimal

from application.timesheet import timesheet
from domain.ids import DealId, ExternalId
from domain.timesheet import TimeEntry

DEAL = DealId("hubspot:7")


def entry(number: int, package: str, person: str, hours: str) -> TimeEntry:
    return TimeEntry(
        id=ExternalId(str(number)),
        person=person,
        day=date(2026, 12, number),
        hours=Decimal(hours),
        package=package,
    )


def test_hours_add_up_by_package_and_person() -> None:
    sheet = timesheet(
        DEAL,
        [
            entry(1, "w2", "acc-1", "1.5"),
            entry(2, "w1", "acc-2", "8"),
            entry(3, "w2", "acc-1", "0.25"),
            entry(4, "w2", "acc-2", "2"),
            entry(5, "", "acc-1", "0.5"),
        ],
    )
    assert sheet.total == Decimal("12.25")
    assert [(each.package, each.hours) for each in sheet.packages] == [
        ("", Decimal("0.5")),
        ("w1", Decimal(8)),
        ("w2", Decimal("3.75")),
    ]
    assert sheet.packages[2].people == {"acc-1": Decimal("1.75"), "acc-2": Decimal(2)}
    assert len(sheet.entries) == 5


def test_a_deal_without_time_has_spent_nothing() -> None:
    sheet = timesheet(DEAL, [])
    assert (sheet.total, sheet.packages) == (Decimal(0), ())
