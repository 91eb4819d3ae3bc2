"""`cashward reconcile`: our records at the vendors against our own."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from application.commands.reconciliation import ReconciliationResult
from cli.actor import current_actor
from cli.context import AsJson, ask, out, say, show_json, table

LOOK_BACK = timedelta(days=30)


def reconcile(
    *,
    since: Annotated[
        datetime | None,
        typer.Option(
            help="Compare what changed since this moment, in UTC, such as 2027-03-01T09:30."
            " Without it: the last 30 days."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; only say what would be done.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare our records in CRM, PM and ERP with ours, and mend what harms nobody.

    Drafts that nobody elected are removed; what our records lack is put on record again. Everything
    else goes to the attention list. Nothing is ever issued or credited.
    """
    start = since.replace(tzinfo=since.tzinfo or UTC) if since else datetime.now(UTC) - LOOK_BACK
    result = _result(start, dry_run=dry_run)
    if as_json:
        show_json({"dry_run": dry_run, **dict(result)})
    else:
        _print(result)


def _result(since: datetime, *, dry_run: bool) -> ReconciliationResult:
    if dry_run:
        return ask(lambda app: app.reconciliation.preview(since))
    actor = current_actor()
    return ask(lambda app: app.reconciliation.reconcile(actor, since))


def _print(result: ReconciliationResult) -> None:
    rows = [
        (
            each.discrepancy.kind,
            f"{report.system} {report.kind}",
            each.discrepancy.record.name or each.discrepancy.record.id,
            each.discrepancy.record.subject,
            each.discrepancy.why,
            each.outcome,
        )
        for report in result.reports
        for each in report.found
    ]
    if rows:
        columns = ("what", "kind", "record", "subject", "why", "outcome")
        out.print(table("Discrepancies", columns, rows))
    for deal in result.unrecorded_deals:
        say(f"{deal}: its run is open, and our records lack its contract or attention")
    for report in result.reports:
        if not report.is_complete:
            more = f"--since {report.until:%Y-%m-%dT%H:%M:%S}"
            say(f"there are more records of {report.kind} in {report.system}: go on with {more}")
    read = sum(report.read for report in result.reports)
    say(f"{read} records compared: {result.found or 'no'} discrepancies")
