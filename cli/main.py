"""The command `cashward`."""

import asyncio
import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer
from rich.markup import escape

from cli import attention, customer, deal, finance, ledger, rates, time, trail
from cli.archive import archive
from cli.context import AsJson, err, out, run, say, settings
from cli.doctor import doctor as examine
from cli.errors import CliError, ExitCode, translate_errors
from cli.reconcile import reconcile
from runtime.composition import open_systems
from runtime.logging import set_up_logging
from runtime.ownership import require_accounts
from runtime.worker_main import leave, run_until_stopped, work
from store import migrate as migrate_database

app = typer.Typer(
    help="Cashward carries a deal from closed-won to cash across CRM, project management and ERP.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 refused or not found, 2 wrong usage or settings, 3 down.",
)
app.add_typer(deal.app, name="deal")
app.add_typer(finance.app, name="finance")
app.add_typer(attention.app, name="attention")
app.add_typer(time.app, name="time")
app.add_typer(customer.app, name="customer")
app.add_typer(rates.app, name="rates")
app.add_typer(ledger.app, name="ledger")
app.add_typer(trail.app, name="audit")
app.command()(archive)
for _command in entry_points(group="cashward.commands"):
    app.command(_command.name)(_command.load())


@app.command()
def worker() -> None:
    """Run a worker until told to stop (SIGTERM, Ctrl-C); settings come from the environment."""
    chosen = settings()
    set_up_logging(chosen.log_level, readable=sys.stderr.isatty())
    with translate_errors():
        run_until_stopped(lambda stop: work(chosen, stop))


@app.command()
def migrate() -> None:
    """Bring the database to the current schema. Safe to repeat and to run concurrently."""
    with translate_errors():
        migrate_database(settings().database.full_url)
    out.print("the database is at the present schema")


@app.command()
def setup(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is missing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for programs.")] = False,
) -> None:
    """Create the fields and labels that Cashward needs in the CRM, after listing them."""
    missing = run(_prepare(dry_run=True))
    for line in missing:
        say(f"missing: {line}")
    if not missing:
        out.print("nothing to make: the CRM has all that Cashward needs")
    elif not dry_run and (yes or _agreed(len(missing))):
        for line in run(_prepare(dry_run=False)):
            say(f"made: {line}")


def _agreed(number: int) -> bool:
    """Ask a person to confirm; a program that cannot be asked must give --yes."""
    if not sys.stdin.isatty():
        raise CliError(f"nothing was made: say --yes to make these {number}", ExitCode.USAGE)
    return typer.confirm(f"Make these {number} in the CRM?", default=True)


async def _prepare(*, dry_run: bool) -> list[str]:
    chosen = settings()
    async with open_systems(chosen) as systems:
        await require_accounts(systems, chosen)
        return list(await systems.crm.set_up(dry_run=dry_run))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check every connection, and say how to mend what is not well."""
    examine(as_json)


app.command()(reconcile)


def main() -> None:
    """Run a command; an error ends in a sentence and an exit code."""
    code = ExitCode.DONE
    set_up_logging("WARNING", readable=True)  # a command speaks for itself; a worker sets its own
    try:
        code = app(standalone_mode=False) or ExitCode.DONE  # it returns what was to be exited with
    except CliError as error:
        err.print(f"[bold red]cashward:[/] {escape(str(error))}", highlight=False)
        code = error.code
    except typer.Abort:
        code = _not_answered()
    except (KeyboardInterrupt, asyncio.CancelledError):
        code = ExitCode.INTERRUPTED
    except Exception as usage:  # noqa: BLE001 - click's own errors have no common public base in typer
        code = _usage(usage)
    leave(code)


def _not_answered() -> ExitCode:
    """End after Ctrl-C at a question, or a question to a program that cannot answer."""
    if sys.stdin.isatty():
        return ExitCode.INTERRUPTED
    err.print(
        "[bold red]cashward:[/] nothing was done: nobody answers here, so say it by an option"
    )
    return ExitCode.USAGE


def _usage(failure: Exception) -> ExitCode:
    """Show wrong usage as click shows it; anything else is a bug and keeps its traceback."""
    show = getattr(failure, "show", None)
    if show is None:
        raise failure
    show()
    return ExitCode.USAGE


if __name__ == "__main__":
    main()
