"""`cashward deal time`: what the team spent on a deal, as it is on record."""

from cli.context import AsJson, DealArgument, ask, deal_id, out, show_json, table

_NO_PACKAGE = "(none of ours)"


def time(deal: DealArgument, as_json: AsJson = False) -> None:
    """Show the hours booked on a deal's project, by work package and person."""
    chosen = deal_id(deal)
    sheet = ask(lambda app: app.queries.timesheet(chosen))
    if as_json:
        show_json(sheet)
        return
    rows = [
        (hours.package or _NO_PACKAGE, person, spent)
        for hours in sheet.packages
        for person, spent in hours.people.items()
    ]
    title = f"Time on {sheet.deal}: {sheet.total} h"
    out.print(table(title, ("package", "person", "hours#"), rows))
