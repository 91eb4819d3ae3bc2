"""`cashward finance`: where the money of a deal, or of all, stands, and why it is not further."""

import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from pydantic import BaseModel

from cli.context import AsJson, DealArgument, ask, deal_id, out, say, show_json, table
from domain.finance_lists import Receivable, Subtotal, UnbilledCharge, subtotals
from domain.money import Money

Listed = TypeVar("Listed", bound=BaseModel)

app = typer.Typer(help="The money of a deal, or of all deals.", no_args_is_help=True)
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")]


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


@app.command()
def receivables(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List what customers of all deals owe, with totals by currency and age."""
    _show_receivables("Receivables", overdue=False, as_json=as_json, as_csv=as_csv)


@app.command()
def overdue(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List the invoices of all deals that are overdue, with totals by currency and age."""
    _show_receivables("Overdue", overdue=True, as_json=as_json, as_csv=as_csv)


@app.command()
def unbilled(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List the charges of all open deals that are not invoiced: why, since when, who must act."""
    _show_unbilled("Not invoiced yet", held=False, as_json=as_json, as_csv=as_csv)


@app.command()
def held(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """List the charges of all open deals that are held: why, since when, who must act."""
    _show_unbilled("Held", held=True, as_json=as_json, as_csv=as_csv)


def _show_receivables(title: str, *, overdue: bool, as_json: bool, as_csv: bool) -> None:
    today = datetime.now(UTC).date()
    found = ask(lambda app: app.queries.receivables(today, overdue=overdue))
    if _is_for_programs(Receivable, found, as_json=as_json, as_csv=as_csv):
        return
    if not found:
        say("no invoice is overdue" if overdue else "no customer owes anything")
        return
    rows = (
        (r.number, r.deal, r.customer, r.due_on, r.gross, r.paid, r.credited, r.outstanding, r.age)
        for r in found
    )
    columns = (
        "invoice", "deal", "customer", "due", "gross#", "paid#", "credited#", "outstanding#",
        "days late",
    )  # fmt: skip
    out.print(table(title, columns, rows))
    _show_totals(subtotals(found, group=lambda r: r.age, amount=lambda r: r.outstanding))


def _show_unbilled(title: str, *, held: bool, as_json: bool, as_csv: bool) -> None:
    found = ask(lambda app: app.queries.unbilled(held=held))
    if _is_for_programs(UnbilledCharge, found, as_json=as_json, as_csv=as_csv):
        return
    if not found:
        say("no charge is held" if held else "no charge of an open deal waits to be invoiced")
        return
    rows = (
        (c.deal, c.charge, c.description, c.net, c.state, c.reason, f"{c.since:%Y-%m-%d}",
         c.responsible)
        for c in found
    )  # fmt: skip
    columns = ("deal", "charge", "what", "net#", "state", "why", "since (UTC)", "who must act")
    out.print(table(title, columns, rows))
    _show_totals(subtotals(found, group=lambda c: c.state, amount=lambda c: c.net))


def _show_totals(sums: Sequence[Subtotal]) -> None:
    rows = ((each.total.currency, each.group, each.count, each.total.amount) for each in sums)
    out.print(table("Totals", ("currency", "group", "count#", "total#"), rows))


def _is_for_programs(
    kind: type[Listed], found: Sequence[Listed], *, as_json: bool, as_csv: bool
) -> bool:
    """Print JSON or CSV if asked; in CSV, amounts are plain numbers beside one currency."""
    if as_json:
        show_json(found)
    elif as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow([*kind.model_fields, "currency"])
        for row in found:
            cells = [value for _, value in row]
            [currency] = {cell.currency for cell in cells if isinstance(cell, Money)}
            plain = [cell.amount if isinstance(cell, Money) else cell for cell in cells]
            writer.writerow([*plain, currency])
    return as_json or as_csv
