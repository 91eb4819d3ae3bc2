"""`cashward attention`: the desk of runs that need a person."""

import getpass
from typing import Annotated

import typer
from temporalio.service import RPCError, RPCStatusCode

from cli.context import AsJson, client, out, run, settings, show_json, store, table
from cli.errors import CliError
from domain.attention import Action, Decision
from domain.responsibility import name_parties
from ports.attention_queue import QueuedAttention
from workflows.attention import WithAttention

app = typer.Typer(
    help="Runs that need a person: who must do what, and then what.", no_args_is_help=True
)

RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="The run as `attention list` names it, such as handoff:hubspot:123."
    ),
]
Reason = Annotated[str, typer.Option(help="Why; it goes on record.")]


@app.command("list")
def list_open(as_json: AsJson = False) -> None:
    """What waits for a person, oldest first."""
    found = run(_open())
    if as_json:
        show_json({"open": found})
        return
    rows = (
        (
            f.attention.workflow,
            f.attention.kind,
            name_parties(f.attention.responsible),
            f.attention.what,
            f"{f.attention.since:%Y-%m-%d %H:%M}",
        )
        for f in found
    )
    out.print(table("Waiting for a person", ("run", "kind", "who", "what", "since (UTC)"), rows))


@app.command()
def show(run_id: RunArgument, as_json: AsJson = False) -> None:
    """Everything about one parked run: what is wrong, who mends it, what can be decided."""
    found = run(_find(run_id))
    if as_json:
        show_json({"attentions": found})
        return
    for filed in found:
        _print(filed)


def _print(filed: QueuedAttention) -> None:
    it = filed.attention
    state = f"settled: {filed.decision.action} by {filed.decision.by}" if filed.decision else "open"
    responsible = name_parties(it.responsible)
    out.print(
        f"[bold]{it.workflow}[/] ({it.kind}, {state}) needs [bold]{responsible}[/] "
        f"since {it.since:%Y-%m-%d %H:%M} UTC"
    )
    out.print(f"{it.what}\n{it.why}")
    if it.findings:
        rows = ((f.field, f.problem, f.responsible) for f in it.findings)
        out.print(table("", ("field", "what is wrong", "who mends it"), rows))
    if not filed.decision:
        choices = f" --choice {'|'.join(it.choices)}" if it.choices else ""
        for action in it.actions:
            out.print(
                f"  cashward attention {action} {it.workflow}"
                f"{choices if action is Action.AMEND else ''}"
            )


@app.command()
def retry(run_id: RunArgument, reason: Reason = "") -> None:
    """What was wrong is mended: try again."""
    _decide(run_id, Action.RETRY, reason)


@app.command()
def skip(run_id: RunArgument, reason: Reason = "") -> None:
    """Go on without it."""
    _decide(run_id, Action.SKIP, reason)


@app.command()
def amend(
    run_id: RunArgument,
    choice: Annotated[str, typer.Option(help="Your choice, one of those shown.")],
    reason: Reason = "",
) -> None:
    """Decide what the run could not."""
    _decide(run_id, Action.AMEND, reason, choice)


@app.command()
def abort(run_id: RunArgument, reason: Reason = "") -> None:
    """Give it up: what was done for it is taken back."""
    _decide(run_id, Action.ABORT, reason)


def _decide(run_id: str, verb: Action, reason: str, choice: str = "") -> None:
    decision = Decision(action=verb, by=getpass.getuser(), reason=reason, choice=choice)
    out.print(run(_send(run_id, decision)))


async def _send(run_id: str, decision: Decision) -> str:
    handle = (await client(settings())).get_workflow_handle(run_id)
    try:
        return str(await handle.execute_update(WithAttention.decide, decision))
    except RPCError as refused:
        if refused.status is not RPCStatusCode.NOT_FOUND:
            raise
        way_out = "`cashward attention list` shows what does"
        raise CliError(f"no run {run_id} waits for a decision: {way_out}") from refused


async def _open() -> list[QueuedAttention]:
    async with store(settings()) as opened:
        return list(await opened.attention_queue.list_open())


async def _find(run_id: str) -> list[QueuedAttention]:
    async with store(settings()) as opened:
        found = list(await opened.attention_queue.list_of_run(run_id))
    if not found:
        raise CliError(f"{run_id} never needed a person: `cashward attention list` shows what does")
    return found
