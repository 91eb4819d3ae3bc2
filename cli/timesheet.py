"""`cashward deal time`: what the team spent on a deal, as the PM has it."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel

from cli.context import AsJson, DealArgument, deal_id, out, run, settings, show_json, store, table
from cli.errors import CliError
from domain.ids import DealId
from domain.timesheet import TimeEntry
from runtime.composition import open_systems
from runtime.settings import Settings

_PROJECT = "pm.project"
_ELSEWHERE = "(none of ours)"


class Spent(BaseModel):
    """Hours on one work package, by person; an empty package is none of ours."""

    package: str
    hours: Decimal
    people: dict[str, Decimal]


class Timesheet(BaseModel):
    """All hours of a deal. People are the PM's ids of them."""

    deal: DealId
    total: Decimal
    packages: list[Spent]
    entries: list[TimeEntry]


def time(deal: DealArgument, as_json: AsJson = False) -> None:
    """The hours booked on a deal's project, by work package and person."""
    chosen = settings()
    sheet = run(_read(chosen, deal_id(deal, chosen)))
    if as_json:
        show_json(sheet)
        return
    rows = [
        (spent.package or _ELSEWHERE, person, hours)
        for spent in sheet.packages
        for person, hours in spent.people.items()
    ]
    title = f"Time on {sheet.deal}: {sheet.total} h"
    out.print(table(title, ("package", "person", "hours#"), rows))


async def _read(chosen: Settings, deal: DealId) -> Timesheet:
    async with store(chosen) as opened:
        links = await opened.links.of_deal(deal)
    project = next((link.external_id for link in links if link.kind == _PROJECT), None)
    if project is None:
        raise CliError(f"{deal} has no project yet: `cashward deal show {deal}` says why")
    async with open_systems(chosen) as systems:
        return timesheet(deal, await systems.pm.read_time(deal, project))


def timesheet(deal: DealId, entries: Sequence[TimeEntry]) -> Timesheet:
    """Summed up by package, and within it by person."""
    hours: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in entries:
        hours[entry.package][entry.person] += entry.hours
    packages = [
        Spent(package=package, hours=sum(people.values(), Decimal(0)), people=people)
        for package, people in sorted(hours.items())
    ]
    total = sum((entry.hours for entry in entries), Decimal(0))
    return Timesheet(deal=deal, total=total, packages=packages, entries=list(entries))
