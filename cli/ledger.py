"""`cashward ledger`: the record of every change in another system."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.actor import current_actor
from cli.context import ask, say

app = typer.Typer(
    help="The record of every change in another system.",
    no_args_is_help=True,
)


@app.callback()
def ledger() -> None:
    """The record of every change in another system."""


@app.command("raise-epoch")
def raise_epoch(
    since: Annotated[
        datetime,
        typer.Option(
            help="The moment before which the record is right, in UTC, such as"
            " 2027-03-01T09:30: that of the backup, less a minute."
        ),
    ],
    reason: Annotated[
        str, typer.Option(help="Why the record is in doubt; the audit trail keeps it.")
    ],
) -> None:
    """Doubt the record after a restore of the database, before the workers start.

    What was settled since then is looked up in its system before it is believed; wherever
    something is made, it is looked for first.
    """
    actor, moment = current_actor(), since.replace(tzinfo=since.tzinfo or UTC)
    say(ask(lambda app: app.ledger.raise_epoch(actor, moment, reason)))
