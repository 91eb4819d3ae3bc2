"""`cashward deal audit`: who asked or changed what about a deal, why, and what became of it."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from cli.context import AsJson, DealArgument, ask, deal_id, out, say, show_json, table
from ports.audit_trail import AuditEntry

_COLUMNS = ("at (UTC)", "who", "what", "outcome", "why", "answer")


def audit(
    deal: DealArgument,
    commands: Annotated[
        bool, typer.Option("--commands", help="Only what people and programs asked for.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show who did what to a deal, when, and why, with refused commands."""
    chosen = deal_id(deal)
    found = ask(lambda app: app.queries.audit_trail(chosen))
    shown = [entry for entry in found if entry.command or not commands]
    if as_json:
        show_json({"entries": shown})
        return
    if not shown:
        say(f"nothing is on record about {chosen}: `cashward deal list` shows the deals")
        return
    out.print(table(f"Audit trail of {chosen}", _COLUMNS, _rows(shown)))
    if any(entry.verified_by == "unverified" for entry in shown):
        out.print("* nobody vouches for this actor but the operating system of its machine")


def _rows(entries: Sequence[AuditEntry]) -> Iterable[tuple[str, ...]]:
    for entry in entries:
        mark = "*" if entry.verified_by == "unverified" else ""
        yield (
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            f"{entry.actor_name}{mark}",
            _what(entry),
            entry.outcome or entry.to_state,
            entry.reason,
            str(entry.what.get("answer", "")),
        )


def _what(entry: AuditEntry) -> str:
    if entry.command:
        return " ".join(filter(None, (entry.command, str(entry.what.get("charge", "")))))
    return f"{entry.entity} {entry.key}"
