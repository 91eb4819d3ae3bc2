"""Shows a demo step by step or as progress bars, and its result."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from cli.context import out
from testbed.demo.environment import DemoEnvironment
from testbed.demo.picture import chart
from testbed.demo.reconciliation import Reconciliation
from testbed.demo.report import Report
from testbed.demo.story import Happened, Step, Story
from workflows import workflow_ids

_COLOURS = {
    **dict.fromkeys(("hubspot", "bottlecrm"), "dark_orange"),
    **dict.fromkeys(("jira", "redmine"), "dodger_blue1"),
    **dict.fromkeys(("xero", "tryton"), "cyan"),
}
_LISTED = 12
_ID = 12  # as much of a deal's id as tells it from the others
_WIDEST = 100


def tell(event: Happened) -> None:
    """Print one line: when, in which system, what."""
    colour = "red" if event.step is Step.KILLED else _COLOURS[event.system]
    line = f"  [dim]{event.at:6.1f} s[/]  [{colour}]{event.system:<9}[/] {event.what}"
    out.print(line, highlight=False, soft_wrap=True)


class Bars:
    """Progress bars of many deals."""

    def __init__(self, deals: int, milestones: int) -> None:
        self._progress = Progress(
            TextColumn("  {task.description:<20}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=out,
        )
        wanted = {
            Step.WON: ("deals won", deals),
            Step.PROJECT: ("projects set up", deals),
            Step.REACHED: ("milestones reached", deals * milestones),
            Step.ISSUED: ("invoices issued", deals * milestones),
            Step.PAID: ("invoices paid", deals * milestones),
            Step.CLOSED: ("deals closed", deals),
        }
        self._tasks = {
            step: self._progress.add_task(words, total=total)
            for step, (words, total) in wanted.items()
        }

    def hear(self, event: Happened) -> None:
        if event.step in self._tasks:
            self._progress.advance(self._tasks[event.step])
        elif event.step is Step.KILLED:
            self._progress.console.print(f"  [red]{event.what}[/]")

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._progress:
            yield


def close(
    environment: DemoEnvironment,
    reconciliations: Sequence[Reconciliation],
    story: Story,
    report: Report,
    picture: Path,
) -> None:
    """Show what three systems say, where to look, how the money moved, and what it cost."""
    out.print()
    out.print(_agreement(reconciliations))
    if len(reconciliations) > _LISTED:
        out.print(f"  [dim]and {len(reconciliations) - _LISTED} deals more[/]")
    _links(environment, reconciliations[0])
    width = min(out.width, _WIDEST)
    out.print()
    out.print(Text.from_ansi(chart(story, width=width)))
    out.print(f"  picture: {picture}", highlight=False, soft_wrap=True)
    _figures(report)


def _agreement(reconciliations: Sequence[Reconciliation]) -> Table:
    """Return a table with one deal per row; figures that differ are one below the other."""
    table = Table(
        title="Read back from three systems", title_justify="left", box=SIMPLE_HEAD, pad_edge=False
    )
    table.add_column("deal", no_wrap=True)
    for column in ("contracted", "billed", "paid with VAT", "reached\n→ issued"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("")
    for reconciliation in reconciliations[:_LISTED]:
        wrong = reconciliation.mismatches or reconciliation.duplicates
        table.add_row(
            reconciliation.sale.id[:_ID],
            f"{reconciliation.figures.contracted:,.2f} {reconciliation.sale.order.currency}",
            _both(reconciliation.figures.billed, reconciliation.invoiced),
            _both(reconciliation.figures.paid, reconciliation.received),
            f"{reconciliation.reached} → {len(reconciliation.invoices)}",
            "[red]differ[/]" if wrong else "[green]agree[/]",
        )
    return table


def _both(crm: Decimal, erp: Decimal) -> str:
    return f"{crm:,.2f}" if crm == erp else f"[red]CRM {crm:,.2f}\nERP {erp:,.2f}[/]"


def _links(environment: DemoEnvironment, reconciliation: Reconciliation) -> None:
    stack, systems = environment.stack, environment.systems
    run = workflow_ids.deal_run(reconciliation.sale.deal)
    links = {
        "run": f"{stack.temporal_ui_url}/namespaces/{stack.namespace}/workflows/{run}",
        "deal": systems.sales.link(reconciliation.sale.id),
        "project": systems.delivery.link(reconciliation.sale.project),
        **{bill.number: bill.link for bill in reconciliation.invoices},
    }
    for name, link in links.items():
        out.print(f"  [bold]{name:<9}[/] {link}", highlight=False, soft_wrap=True)


def _figures(report: Report) -> None:
    out.print(
        f"  {_plural(report.deals, 'deal')} in {report.seconds:.1f} s "
        f"({report.deals_per_second:.2f} a second); won to project "
        f"{report.won_to_project_p50_s:.2f} s (95 %: {report.won_to_project_p95_s:.2f} s)",
        highlight=False,
    )
    out.print(
        f"  a deal is {report.events_per_deal:.0f} events, {report.actions_per_deal:.0f} "
        f"Temporal Cloud actions, {report.history_bytes_per_deal / 1024:.0f} KB of history",
        highlight=False,
    )
    for problem in report.problems:
        out.print(f"  [red]{problem}[/]", highlight=False, soft_wrap=True)
    out.print(f"\n  [{'green' if report.is_good else 'red'}]{report.sentence}[/]", soft_wrap=True)


def _plural(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
