"""The hours booked on a deal's project, summed up by work package and person."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from domain.ids import DealId
from domain.timesheet import TimeEntry
from domain.value import Value


class PackageHours(Value):
    """Hours on one work package, by person; `package` is empty if it is none of ours."""

    package: str
    hours: Decimal
    people: dict[str, Decimal]


class Timesheet(Value):
    """All hours of a deal; people appear by their ids in the PM."""

    deal: DealId
    total: Decimal
    packages: tuple[PackageHours, ...]
    entries: tuple[TimeEntry, ...]


def timesheet(deal: DealId, entries: Sequence[TimeEntry]) -> Timesheet:
    """Sum up by package, and within it by person."""
    hours: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in entries:
        hours[entry.package][entry.person] += entry.hours
    packages = tuple(
        PackageHours(package=package, hours=sum(people.values(), Decimal(0)), people=people)
        for package, people in sorted(hours.items())
    )
    total = sum((entry.hours for entry in entries), Decimal(0))
    return Timesheet(deal=deal, total=total, packages=packages, entries=tuple(entries))
