"""`cashward time`: the time entries of a deal, their approval, and who booked none."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated

import typer

from application.time_annex import month_of, time_annex
from cli.actor import current_actor
from cli.context import AsJson, DealArgument, ask, deal_id, out, say, show_json, table
from cli.errors import translate_errors
from domain.time_record import TimeRecord, TimeState, TimeVersion
from domain.timesheet import Week, hours_of

app = typer.Typer(help="Time booked on deals, and its approval.", no_args_is_help=True)

WeekOption = Annotated[str, typer.Option(help="An ISO week, such as 2027-W09.")]
_COLUMNS = ("day", "person", "package", "entry", "minutes#", "state", "hours#", "net#")


@app.command("list")
def list_time(
    deal: DealArgument,
    unapproved: Annotated[
        bool, typer.Option("--unapproved", help="Only what waits for approval.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the time of a deal as it is now; `--json` has all versions."""
    chosen = deal_id(deal)
    found = ask(lambda app: app.queries.time(chosen, date.min, date.max))
    shown = [each for each in found if not unapproved or _waits(each)]
    if as_json:
        show_json(shown)
        return
    rows = (_cells(record, each) for record in shown if (each := record.current))
    out.print(table(f"Time on {chosen}", _COLUMNS, rows))


@app.command()
def approve(
    deal: DealArgument,
    week: WeekOption,
    reason: Annotated[str, typer.Option(help="Why; the audit trail keeps it.")] = "",
) -> None:
    """Approve the time of a week: it is rounded and priced, once, and can be billed."""
    actor, chosen, asked = current_actor(), deal_id(deal), _week(week)
    say(ask(lambda app: app.time.approve(actor, chosen, asked, reason)))


@app.command()
def missing(
    week: Annotated[str, typer.Option(help="An ISO week; the last one if not set.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the people of the team who booked nothing in a week, by their ids in the PM."""
    asked = _week(week) if week else Week.before(datetime.now(UTC).date())
    found = ask(lambda app: app.queries.missing_time(asked))
    if as_json:
        show_json({"week": str(asked), "people": found})
        return
    out.print(table(f"No time in {asked}", ("person",), ((person,) for person in found)))


@app.command()
def annex(
    deal: DealArgument,
    month: Annotated[str, typer.Option(help="The month of the work, such as 2027-03.")],
) -> None:
    """Write the approved and billed entries of a month as CSV, for an invoice's annex."""
    chosen = deal_id(deal)
    with translate_errors():
        first, last = month_of(month)
    sys.stdout.write(time_annex(ask(lambda app: app.queries.time(chosen, first, last))))


def _week(text: str) -> Week:
    with translate_errors():
        return Week.of(text)


def _waits(record: TimeRecord) -> bool:
    return bool(record.open and record.open.state is TimeState.BOOKED)


def _cells(record: TimeRecord, version: TimeVersion) -> Iterator[object]:
    approved = version.approved
    yield from (version.day, version.person, version.package, record.key.entry, version.minutes)
    yield f"{version.state}, adjusts {version.adjusts}" if version.adjusts else version.state
    yield hours_of(approved.minutes) if approved else ""
    yield approved.net if approved else ""
