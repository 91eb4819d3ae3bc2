"""`cashward deal`: see deals, start them, tell them something, cancel them."""

import getpass
from typing import Annotated, Any

import typer
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from cli.context import (
    AsJson,
    DealArgument,
    client,
    deal_id,
    out,
    run,
    settings,
    show_json,
    store,
    table,
)
from cli.errors import CliError
from cli.timesheet import time
from domain.deal_snapshot import CancelRequest
from domain.event import DealWon, InvoiceChanged, MilestoneReached
from domain.ids import DealId, EventId, ItemKey
from domain.stage import Stage
from ports.failures import Absent
from runtime.composition import open_systems
from runtime.event_dispatcher import TemporalEventDispatcher
from runtime.settings import Settings
from workflows import workflow_ids
from workflows.deal_to_cash import DealToCash
from workflows.milestone_billing import MilestoneBilling

app = typer.Typer(help="Deals on their way to cash.", no_args_is_help=True)

app.command()(time)

_LISTED = ("DealStage", "Customer", "DealValue", "ProjectKey", "NeedsAttention", "Owner")
_HEADS = ("deal", "stage", "customer", "value#", "project", "attention")


@app.command("list")
def list_deals(
    stage: Annotated[Stage | None, typer.Option(help="Only deals in this stage.")] = None,
    attention: Annotated[
        bool, typer.Option("--attention", help="Only deals that need a person.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """All deals that are or were carried, by Temporal's list."""
    query = "WorkflowType = 'deal-to-cash'"
    query += f" AND DealStage = '{stage}'" if stage else ""
    query += " AND NeedsAttention = true" if attention else ""
    found = run(_list(query))
    if as_json:
        show_json({"deals": found})
        return
    out.print(table("Deals", _HEADS, map(_cells, found)))


async def _list(query: str) -> list[dict[str, Any]]:
    temporal = await client(settings())
    return [_row(run) async for run in temporal.list_workflows(query)]


def _row(run: WorkflowExecution) -> dict[str, Any]:
    attributes = {pair.key.name: pair.value for pair in run.typed_search_attributes}
    status = run.status.name.lower() if run.status else ""
    found = {name: attributes[name] for name in _LISTED if name in attributes}
    return {"deal": run.id.removeprefix("deal:"), "status": status, **found}


def _cells(row: dict[str, Any]) -> list[str]:
    """A deal as a line that fits a terminal; how its run ended only where that is no good end."""
    stage = str(row.get("DealStage", ""))
    if row["status"] not in ("running", "completed"):
        stage = f"{stage} ({row['status']})"
    value = row.get("DealValue")
    return [
        row["deal"],
        stage,
        row.get("Customer", ""),
        "" if value is None else f"{value:,.2f}",
        row.get("ProjectKey", ""),
        "yes" if row.get("NeedsAttention") else "",
    ]


@app.command()
def show(deal: DealArgument, as_json: AsJson = False) -> None:
    """One deal: stage, what it waits for, every billable item, links."""
    chosen = settings()
    status, items = run(_show(chosen, deal_id(deal, chosen)))
    if as_json:
        show_json({"status": status, "items": items})
        return
    out.print(
        f"[bold]{status.name}[/] is in [bold]{status.stage}[/] and waits for {status.waits_for}"
    )
    for label, link in (("deal", status.deal_url), ("project", status.project_url)):
        if link:
            out.print(f"{label}: {link}")
    rows = (
        (
            s.item.key,
            s.item.name,
            s.item.net,
            s.state,
            s.invoice.number if s.invoice else "",
            s.reason,
        )
        for s in items
    )
    out.print(
        table("Billing", ("item", "milestone", "net#", "state", "invoice", "why not further"), rows)
    )


async def _show(chosen: Settings, deal: DealId) -> tuple[Any, Any]:
    handle = (await client(chosen)).get_workflow_handle(workflow_ids.deal_run(deal))
    return await handle.query(DealToCash.status), await handle.query(DealToCash.billing_schedule)


@app.command()
def start(deal: DealArgument) -> None:
    """Start carrying a won deal now, without waiting for the poll."""
    chosen = settings()
    found = deal_id(deal, chosen)
    rung = run(_start(chosen, found))
    out.print(
        f"{found} is being carried: `cashward deal show {found}`"
        if rung
        else f"{found} is already carried, or has ended"
    )


async def _start(chosen: Settings, deal: DealId) -> bool:
    """One deal has one run, ever: a slip of the pen is not to become one."""
    async with open_systems(chosen) as systems:
        try:
            await systems.crm.read_deal(deal)
        except Absent as absent:
            where = f"{chosen.vendors.crm} has no such deal"
            raise CliError(f"{deal} is not started: {where} ({absent})") from absent
    return await _ring(chosen, DealWon(deal=deal, event=EventId("by hand")))


@app.command()
def signal(
    deal: DealArgument,
    fact: Annotated[str, typer.Argument(help="deal-won, milestone-reached or invoice-changed.")],
    item: Annotated[str, typer.Argument(help="The billable item, such as m2.")] = "",
) -> None:
    """Tell a deal that something happened; it reads the record again by itself."""
    chosen = settings()
    found, event = deal_id(deal, chosen), EventId("by hand")
    hint: DealWon | MilestoneReached | InvoiceChanged
    match fact:
        case "deal-won":
            hint = DealWon(deal=found, event=event)
        case "milestone-reached":
            hint = MilestoneReached(deal=found, item=ItemKey(item), event=event)
        case "invoice-changed" if item:
            subject = workflow_ids.subject_of(found, ItemKey(item))
            hint = InvoiceChanged(deal=found, subject=subject, event=event)
        case _:
            raise typer.BadParameter("say deal-won, milestone-reached or invoice-changed ITEM")
    out.print(
        "told"
        if run(_ring(chosen, hint))
        else "nobody waits for that: the deal has ended, or is not carried"
    )


async def _ring(chosen: Settings, fact: DealWon | MilestoneReached | InvoiceChanged) -> bool:
    async with store(chosen) as opened:
        bell = TemporalEventDispatcher(
            await client(chosen),
            task_queue=chosen.temporal.task_queue,
            policy=chosen.policy,
            attention_queue=opened.attention_queue,
        )
        match fact:
            case DealWon():
                return await bell.deal_won(fact)
            case MilestoneReached():
                return await bell.milestone_reached(fact)
            case InvoiceChanged():
                return await bell.invoice_changed(fact)


@app.command()
def cancel(
    deal: DealArgument,
    reason: Annotated[str, typer.Option(prompt=True, help="Why; it goes on record.")],
) -> None:
    """Cancel a deal: take back what can be taken back, propose a credit for what was issued."""
    chosen = settings()
    request = CancelRequest(by=getpass.getuser(), reason=reason)
    out.print(
        run(
            _update(
                chosen, workflow_ids.deal_run(deal_id(deal, chosen)), DealToCash.cancel, request
            )
        )
    )


@app.command()
def hold(
    deal: DealArgument,
    item: Annotated[str, typer.Argument()],
    reason: Annotated[str, typer.Option(prompt=True)],
) -> None:
    """Hold an item back before it is billed."""
    chosen = settings()
    out.print(run(_hold(chosen, deal_id(deal, chosen), ItemKey(item), reason)))


@app.command()
def release(deal: DealArgument, item: Annotated[str, typer.Argument()]) -> None:
    """Release a held item."""
    chosen = settings()
    out.print(run(_release(chosen, deal_id(deal, chosen), ItemKey(item))))


@app.command()
def approve(deal: DealArgument, item: Annotated[str, typer.Argument()]) -> None:
    """Approve an invoice that waits because of its amount."""
    chosen = settings()
    out.print(run(_approve(chosen, deal_id(deal, chosen), ItemKey(item))))


async def _approve(chosen: Settings, deal: DealId, item: ItemKey) -> str:
    if not await _is_billing(await client(chosen), deal, item):
        raise CliError(
            f"no invoice of {item} waits for approval: `cashward finance blockers {deal}` says"
            " what each item waits for"
        )
    billing = workflow_ids.billing_run(workflow_ids.subject_of(deal, item))
    return await _update(chosen, billing, MilestoneBilling.approve, getpass.getuser())


async def _update(chosen: Settings, run_id: str, update: Any, argument: object) -> str:  # noqa: ANN401 - the SDK types updates by overloads
    handle = (await client(chosen)).get_workflow_handle(run_id)
    return str(await handle.execute_update(update, argument))


async def _hold(chosen: Settings, deal: DealId, item: ItemKey, reason: str) -> str:
    temporal = await client(chosen)
    if await _is_billing(temporal, deal, item):
        billing = temporal.get_workflow_handle(
            workflow_ids.billing_run(workflow_ids.subject_of(deal, item))
        )
        return str(await billing.execute_update(MilestoneBilling.hold, reason))
    handle = temporal.get_workflow_handle(workflow_ids.deal_run(deal))
    return str(await handle.execute_update(DealToCash.hold, args=[item, reason]))


async def _release(chosen: Settings, deal: DealId, item: ItemKey) -> str:
    temporal, by = await client(chosen), getpass.getuser()
    if await _is_billing(temporal, deal, item):
        billing = temporal.get_workflow_handle(
            workflow_ids.billing_run(workflow_ids.subject_of(deal, item))
        )
        return str(await billing.execute_update(MilestoneBilling.release, by))
    handle = temporal.get_workflow_handle(workflow_ids.deal_run(deal))
    return str(await handle.execute_update(DealToCash.release, args=[item, by]))


async def _is_billing(temporal: Client, deal: DealId, item: ItemKey) -> bool:
    """Whether the item has a billing run that is still going."""
    billing = temporal.get_workflow_handle(
        workflow_ids.billing_run(workflow_ids.subject_of(deal, item))
    )
    try:
        return (await billing.describe()).status is WorkflowExecutionStatus.RUNNING
    except RPCError as refused:
        if refused.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
