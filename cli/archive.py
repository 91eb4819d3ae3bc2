"""`cashward archive`: keeps the database small."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from cli.actor import current_actor
from cli.context import say, settings
from cli.errors import CliError, ExitCode, translate_errors
from store.archive import archive as archive_database


def archive(
    before: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day that stays, in UTC.")
    ],
) -> None:
    """Move old months of the audit trail, and the effects of deals that ended, out of the way.

    They become tables of the schema `archive`: dump it (`pg_dump -n archive`), then drop it. Run
    this as the owner of the tables.
    """
    day = before.date()
    if day > datetime.now(UTC).date():
        raise CliError(f"{day} is yet to come: name a day that is over", ExitCode.USAGE)
    with translate_errors():
        done = archive_database(settings().database.full_url, day, by=current_actor())
    say(f"{_months(done.months)} of the audit trail; {done.effects} effects of {done.deals} deals")


def _months(months: tuple[date, ...]) -> str:
    return ", ".join(f"{month:%Y-%m}" for month in months) or "no month"
