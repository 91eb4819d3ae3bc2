"""`cashward finance`: where the money of a deal stands, and why it is not further."""

from typing import Any

import typer

from cli.context import AsJson, DealArgument, client, deal_id, out, run, settings, show_json, table
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash

app = typer.Typer(help="The money of a deal.", no_args_is_help=True)


@app.command()
def position(deal: DealArgument, as_json: AsJson = False) -> None:
    """Contracted, billable, held, billed, credited, paid, outstanding, overdue."""
    found = run(_ask(deal, DealToCash.cash_position))
    if as_json:
        show_json(found)
        return
    rows = ((name, amount) for name, amount in found if name != "deal")
    out.print(table(f"Cash position of {found.deal}", ("", "amount#"), rows))
    out.print("net of VAT: contracted to credited; with VAT: paid, outstanding, overdue")


@app.command()
def schedule(deal: DealArgument, as_json: AsJson = False) -> None:
    """Every billable item: amount, planned date, state, invoice."""
    found = run(_ask(deal, DealToCash.billing_schedule))
    if as_json:
        show_json(found)
        return
    rows = (
        (
            s.item.key,
            s.item.name,
            s.item.due,
            s.item.net,
            s.state,
            f"{s.since:%Y-%m-%d %H:%M}",
            s.invoice.number if s.invoice else "",
        )
        for s in found
    )
    out.print(
        table(
            "Billing schedule",
            ("item", "milestone", "planned", "net#", "state", "since (UTC)", "invoice"),
            rows,
        )
    )


@app.command()
def blockers(deal: DealArgument, as_json: AsJson = False) -> None:
    """Why is this not invoiced yet? Per item: a state, a reason, since when, who must act."""
    found = run(_ask(deal, DealToCash.blockers))
    if as_json:
        show_json(found)
        return
    if not found:
        status = run(_ask(deal, DealToCash.status))
        out.print(
            f"no item waits to be invoiced; the deal is in {status.stage} "
            f"and waits for {status.waits_for}"
        )
        return
    rows = (
        (b.item, b.name, b.net, b.state, b.reason, f"{b.since:%Y-%m-%d %H:%M}", b.responsible)
        for b in found
    )
    out.print(
        table(
            "Not invoiced yet",
            ("item", "milestone", "net#", "state", "why", "since (UTC)", "who must act"),
            rows,
        )
    )


async def _ask(deal: str, query: Any) -> Any:  # noqa: ANN401 - the SDK types queries by overloads
    chosen = settings()
    run_id = workflow_ids.deal_run(deal_id(deal, chosen))
    handle = (await client(chosen)).get_workflow_handle(run_id)
    return await handle.query(query)
