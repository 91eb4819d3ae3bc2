"""`cashward rates`: what an hour costs, by role, seniority, location and work date."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from application.rate_file import COLUMNS
from cli.actor import current_actor
from cli.context import AsJson, ask, out, say, show_json, table
from cli.errors import CliError, ExitCode

app = typer.Typer(help="The rate card: price and cost of an hour.", no_args_is_help=True)


@app.command("import")
def import_card(
    file: Annotated[Path, typer.Argument(help=f"A CSV file with {', '.join(COLUMNS)}.")],
    reason: Annotated[str, typer.Option(help="Why; the audit trail keeps it.")] = "",
) -> None:
    """Let the rates of a file be the rate card, all of them; what was approved keeps its price."""
    actor, text = current_actor(), _content(file)
    say(ask(lambda app: app.rates.import_card(actor, text, reason)))


@app.command()
def show(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The work date; today if not set.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the rates that are valid on a day."""
    day: date = (on or datetime.now(UTC)).date()
    found = ask(lambda app: app.queries.rates(day))
    if as_json:
        show_json(found)
        return
    rows = (
        (
            rate.profile.role,
            rate.profile.seniority,
            rate.profile.location,
            rate.valid_from,
            rate.valid_until or "",
            rate.price,
            rate.cost,
        )
        for rate in found
    )
    columns = ("role", "seniority", "location", "from", "until", "price#", "cost#")
    out.print(table(f"Rates on {day}", columns, rows))


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise CliError(f"{file} cannot be read as UTF-8 text: {wrong}", ExitCode.USAGE) from wrong
