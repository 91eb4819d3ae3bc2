"""`cashward customer`: which customer of the ERP each company is."""

from typing import Annotated

import typer

from cli.actor import current_actor
from cli.context import AsJson, ask, out, say, show_json, table

app = typer.Typer(
    help="Which customer of the ERP each company is; several keys may be one customer.",
    no_args_is_help=True,
)


@app.command("list")
def list_ties(as_json: AsJson = False) -> None:
    """List each company's key with its customer in the ERP."""
    found = ask(lambda app: app.queries.customers())
    if as_json:
        show_json({"customers": found})
        return
    rows = ((tie.key, tie.external_id, tie.account, tie.deal) for tie in found)
    out.print(table("Customers", ("key", "customer", "account", "tied for the deal"), rows))


@app.command()
def untie(
    key: Annotated[str, typer.Argument(help="As `customer list` shows it: sk-ico-36421928.")],
    reason: Annotated[str, typer.Option(help="Why; the audit trail keeps it.")],
) -> None:
    """Forget which customer a key means: the next deal is matched anew, others keep theirs."""
    actor = current_actor()
    say(ask(lambda app: app.customers.untie(actor, key, reason)))
