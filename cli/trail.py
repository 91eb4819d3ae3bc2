"""`cashward audit`: whether the audit trail is as it was written."""

from typing import Annotated

import typer

from cli.context import AsJson, ask, say, show_json
from cli.errors import CliError

app = typer.Typer(help="The audit trail as a whole.", no_args_is_help=True)


@app.callback()
def trail() -> None:
    """The audit trail as a whole."""


@app.command()
def verify(
    seal: Annotated[
        list[str] | None,
        typer.Option(help="A seal from the workers' log, which must be among those on record."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the audit trail with its seals. Exit code 1 if an entry was changed."""
    found = ask(lambda app: app.queries.check_trail(seal or ()))
    if as_json:
        show_json(found)
    else:
        say(f"{found.entries} entries under {len(found.seals)} seals")
        for month in found.detached:
            say(f"{month:%Y-%m} is detached: attach its table to compare it too")
        if found.seals:
            say(f"the newest seal is {found.seals[-1]}")
    if found.problems:
        raise CliError("the audit trail is not as it was sealed: " + "; ".join(found.problems))
