"""`cashward attention`: runs that need a person, and the decisions about them."""

from typing import Annotated

import typer

from cli.actor import current_actor
from cli.context import AsJson, ask, out, say, show_json, table
from domain.attention import Action
from domain.responsibility import name_parties
from ports.attention_queue import QueuedAttention

app = typer.Typer(
    help="Runs that need a person: who must do what, and then what.", no_args_is_help=True
)

RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="The run as `attention list` names it, such as handoff:hubspot:123."
    ),
]
Key = Annotated[
    str, typer.Option(help="Which of the run's attentions, as `attention show` has it.")
]
Reason = Annotated[str, typer.Option(help="Why; the audit trail keeps it.")]


@app.command("list")
def list_open(as_json: AsJson = False) -> None:
    """List what waits for a person, oldest first."""
    found = ask(lambda app: app.queries.attentions())
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
    """Show one parked run: what is wrong, who mends it, what can be decided."""
    found = ask(lambda app: app.queries.attentions_of(run_id))
    if as_json:
        show_json({"attentions": found})
        return
    for queued in found:
        _print(queued)


def _print(queued: QueuedAttention) -> None:
    attention = queued.attention
    decision = queued.decision
    state = f"resolved: {decision.action} by {decision.by}" if decision else "open"
    responsible = name_parties(attention.responsible)
    say(
        f"{attention.workflow} ({attention.kind}, {state}) needs {responsible} "
        f"since {attention.since:%Y-%m-%d %H:%M} UTC"
    )
    say(f"{attention.what}\n{attention.why}")
    if attention.findings:
        rows = ((f.field, f.problem, f.responsible) for f in attention.findings)
        out.print(table("", ("field", "what is wrong", "who mends it"), rows))
    if not decision:
        choices = f" --choice {'|'.join(attention.choices)}" if attention.choices else ""
        for action in attention.actions:
            say(
                f"  cashward attention {action} {attention.workflow} --key {attention.key}"
                f"{choices if action is Action.AMEND else ''}"
            )


@app.command()
def retry(run_id: RunArgument, key: Key = "", reason: Reason = "") -> None:
    """Try again, after what was wrong is mended."""
    _decide(run_id, Action.RETRY, key, reason)


@app.command()
def skip(run_id: RunArgument, key: Key = "", reason: Reason = "") -> None:
    """Go on without this step."""
    _decide(run_id, Action.SKIP, key, reason)


@app.command()
def amend(
    run_id: RunArgument,
    choice: Annotated[str, typer.Option(help="Your choice, one of those shown.")],
    key: Key = "",
    reason: Reason = "",
) -> None:
    """Answer what the run could not decide."""
    _decide(run_id, Action.AMEND, key, reason, choice)


@app.command()
def abort(run_id: RunArgument, key: Key = "", reason: Reason = "") -> None:
    """Give up: what was done is undone."""
    _decide(run_id, Action.ABORT, key, reason)


def _decide(run_id: str, action: Action, key: str, reason: str, choice: str = "") -> None:
    actor = current_actor()
    said = {"key": key, "reason": reason, "choice": choice}
    say(ask(lambda app: app.decisions.decide(actor, run_id, action, **said)))
