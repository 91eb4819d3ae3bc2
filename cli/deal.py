"""`cashward deal`: see deals, start, signal and cancel them, bill or credit their charges."""

from typing import Annotated

import typer

from application.commands.deals import EventName
from application.queries import DealReport, DealSummary
from cli.actor import current_actor
from cli.audit import audit
from cli.context import AsJson, DealArgument, ask, deal_id, out, say, show_json, table
from cli.timesheet import time
from domain.ids import ChargeId
from domain.stage import Stage

app = typer.Typer(help="Deals on their way to cash.", no_args_is_help=True)

app.command()(time)
app.command()(audit)

_COLUMNS = ("deal", "stage", "customer", "value#", "project", "attention")

ChargeArgument = Annotated[
    str, typer.Argument(metavar="CHARGE", help="A charge, such as go-live: `deal show` has them.")
]
Reason = Annotated[str, typer.Option(prompt=True, help="Why; the audit trail keeps it.")]
OptionalReason = Annotated[str, typer.Option(help="Why; the audit trail keeps it.")]


@app.command("list")
def list_deals(
    stage: Annotated[Stage | None, typer.Option(help="Only deals in this stage.")] = None,
    attention: Annotated[
        bool, typer.Option("--attention", help="Only deals that need a person.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List all deals that have or had a run."""
    found = ask(lambda app: app.queries.list_deals(stage=stage, needs_attention=attention))
    if as_json:
        show_json({"deals": found})
        return
    out.print(table("Deals", _COLUMNS, map(_cells, found)))


def _cells(deal: DealSummary) -> list[str]:
    """Return a deal's cells, which fit a terminal; how its run ended only if it ended badly."""
    return [
        deal.deal,
        f"{deal.stage} ({deal.run_status})" if deal.has_ended_badly else deal.stage,
        deal.customer,
        "" if deal.value is None else f"{deal.value:,.2f}",
        deal.project,
        "yes" if deal.needs_attention else "",
    ]


@app.command()
def show(deal: DealArgument, as_json: AsJson = False) -> None:
    """Show one deal: its stage, what it waits for, every charge, links."""
    chosen = deal_id(deal)
    found = ask(lambda app: app.queries.show(chosen))
    if as_json:
        show_json(found)
    else:
        _print(found)


def _print(found: DealReport) -> None:
    status = found.status
    say(f"{status.name} is in {status.stage} and waits for {status.waits_for}")
    for label, link in (("deal", status.deal_url), ("project", status.project_url)):
        if link:
            say(f"{label}: {link}")
    rows = (
        (
            s.charge.id,
            s.charge.description,
            s.charge.net,
            s.state,
            s.invoice.number if s.invoice else "",
            s.reason,
        )
        for s in found.charges
    )
    columns = ("charge", "milestone", "net#", "state", "invoice", "why not further")
    out.print(table("Billing", columns, rows))


@app.command()
def start(deal: DealArgument) -> None:
    """Start a won deal now, without waiting for the poll. The CRM must have it."""
    chosen = deal_id(deal)
    say(ask(lambda app: app.deals.start(current_actor(), chosen)))
    say(f"see it: `cashward deal show {chosen}`")


@app.command()
def signal(
    deal: DealArgument,
    event: Annotated[EventName, typer.Argument(help="What happened.")],
    charge: Annotated[str, typer.Argument(help="The charge, such as go-live.")] = "",
) -> None:
    """Tell a deal that something happened; its run reads the record again by itself."""
    chosen = deal_id(deal)
    say(ask(lambda app: app.deals.signal(current_actor(), chosen, event, charge)))


@app.command()
def cancel(deal: DealArgument, reason: Reason) -> None:
    """Cancel a deal: undo what can be undone, propose a credit for what was issued."""
    chosen = deal_id(deal)
    say(ask(lambda app: app.deals.cancel(current_actor(), chosen, reason)))


@app.command()
def hold(deal: DealArgument, charge: ChargeArgument, reason: Reason) -> None:
    """Hold a charge back before its invoice is issued."""
    chosen = deal_id(deal)
    say(ask(lambda app: app.charges.hold(current_actor(), chosen, ChargeId(charge), reason)))


@app.command()
def release(deal: DealArgument, charge: ChargeArgument, reason: OptionalReason = "") -> None:
    """Release a held charge."""
    chosen = deal_id(deal)
    say(ask(lambda app: app.charges.release(current_actor(), chosen, ChargeId(charge), reason)))


@app.command()
def approve(deal: DealArgument, charge: ChargeArgument, reason: OptionalReason = "") -> None:
    """Approve an invoice that waits because of its amount."""
    chosen = deal_id(deal)
    say(ask(lambda app: app.charges.approve(current_actor(), chosen, ChargeId(charge), reason)))


@app.command()
def credit(deal: DealArgument, charge: ChargeArgument, reason: Reason) -> None:
    """Credit the whole invoice of a charge, if nothing of it is paid."""
    chosen = deal_id(deal)
    say(ask(lambda app: app.charges.credit(current_actor(), chosen, ChargeId(charge), reason)))
