"""The time booked on a deal, summed up by work package and person."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from domain.ids import DealId
from domain.time_record import TimeRecord
from domain.timesheet import hours_of
from domain.value import Value


class PackageHours(Value):
    """Hours on one work package, by person; `package` is empty if it is none of ours."""

    package: str
    hours: Decimal
    people: dict[str, Decimal]


class Timesheet(Value):
    """All hours of a deal as they were booked; people appear by their ids in the PM."""

    deal: DealId
    total: Decimal
    packages: tuple[PackageHours, ...]


def timesheet(deal: DealId, records: Iterable[TimeRecord]) -> Timesheet:
    """Sum up by package, and within it by person."""
    minutes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for record in records:
        if (version := record.current) and not version.is_deleted:
            minutes[version.package][version.person] += version.minutes
    packages = tuple(
        PackageHours(
            package=package,
            hours=hours_of(sum(people.values())),
            people={person: hours_of(spent) for person, spent in people.items()},
        )
        for package, people in sorted(minutes.items())
    )
    total = sum(spent for people in minutes.values() for spent in people.values())
    return Timesheet(deal=deal, total=hours_of(total), packages=packages)
