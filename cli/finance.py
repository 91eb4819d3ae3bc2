"""`cashward finance`: where the money of a deal stands, and why it is not further."""

import typer

from cli.context import AsJson, DealArgument, ask, deal_id, out, say, show_json, table

app = typer.Typer(help="The money of a deal.", no_args_is_help=True)


@app.command()
def position(deal: DealArgument, as_json: AsJson = False) -> None:
    """Show what is contracted, billable, held, billed, credited, paid, outstanding, overdue."""
    chosen = deal_id(deal)
    found = ask(lambda app: app.queries.position(chosen))
    if as_json:
        show_json(found)
        return
    rows = ((name, amount) for name, amount in found if name != "deal")
    out.print(table(f"Cash position of {found.deal}", ("", "amount#"), rows))
    out.print("net of VAT: contracted to credited; with VAT: paid, outstanding, overdue")


@app.command()
def schedule(deal: DealArgument, as_json: AsJson = False) -> None:
    """Show every charge: amount, planned date, state, invoice."""
    chosen = deal_id(deal)
    found = ask(lambda app: app.queries.schedule(chosen))
    if as_json:
        show_json(found)
        return
    rows = (
        (
            s.charge.id,
            s.charge.description,
            s.charge.due,
            s.charge.net,
            s.state,
            f"{s.since:%Y-%m-%d %H:%M}",
            s.invoice.number if s.invoice else "",
        )
        for s in found
    )
    out.print(
        table(
            "Billing schedule",
            ("charge", "milestone", "planned", "net#", "state", "since (UTC)", "invoice"),
            rows,
        )
    )


@app.command()
def blockers(deal: DealArgument, as_json: AsJson = False) -> None:
    """Show why charges are not invoiced yet: state, reason, since when, who must act."""
    chosen = deal_id(deal)
    found = ask(lambda app: app.queries.blockers(chosen))
    if as_json:
        show_json(found)
        return
    if not found:
        status = ask(lambda app: app.queries.show(chosen)).status
        say(
            f"no charge waits to be invoiced; the deal is in {status.stage} "
            f"and waits for {status.waits_for}"
        )
        return
    rows = (
        (b.charge, b.name, b.net, b.state, b.reason, f"{b.since:%Y-%m-%d %H:%M}", b.responsible)
        for b in found
    )
    out.print(
        table(
            "Not invoiced yet",
            ("charge", "milestone", "net#", "state", "why", "since (UTC)", "who must act"),
            rows,
        )
    )
