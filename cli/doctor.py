"""`cashward doctor`: checks every connection, and says how to mend what is wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel
from rich.text import Text

from cli.context import out, settings, show_json, store, table
from cli.errors import CliError, ExitCode, translate_errors
from domain.preflight import NO_SELLER
from ports.probe import Probe
from runtime.composition import Systems, open_systems
from runtime.ownership import require_accounts, require_database
from runtime.settings import Settings
from runtime.temporal import connect
from runtime.worker_main import NotMigrated
from store import MOST_SKEW, owner_of_tables, schema_is_current
from workflows.polling import PolledSystem

MISSED_POLLS = 3
_OWNS = (
    "{} owns the tables, and could rewrite the audit trail: connect as a member of"
    " cashward_application (deploy/README.md)"
)
GRACE = timedelta(seconds=10)
"""How long a poll itself may take."""


class Finding(BaseModel):
    """The state of one connection; `mend` says what to do if it is not well."""

    connection: str
    is_well: bool
    what: str
    mend: str = ""


def doctor(as_json: bool) -> None:
    """Check every connection. Exit code 0 if all is well, 3 if not."""
    findings = asyncio.run(_examine(settings()))
    if as_json:
        show_json({"connections": findings})
    else:
        rows = (
            (f.connection, "well" if f.is_well else Text("not well", style="red"), f.what, f.mend)
            for f in findings
        )
        out.print(table("Connections", ("connection", "", "what it says", "how to mend it"), rows))
    if not all(finding.is_well for finding in findings):
        raise CliError("not every connection is well", ExitCode.DOWN)


async def _examine(chosen: Settings) -> list[Finding]:
    found = [
        await look("temporal", lambda: _temporal(chosen)),
        await look("postgres", lambda: _database(chosen)),
        await look("polls", lambda: _polls(chosen)),
        await look("seller", lambda: _seller(chosen)),
    ]
    try:
        with translate_errors():
            async with open_systems(chosen) as systems:
                for part, probe in (
                    (f"crm ({chosen.vendors.crm})", systems.crm.probe),
                    (f"pm ({chosen.vendors.pm})", systems.pm.probe),
                    (f"erp ({chosen.vendors.erp})", systems.invoicing.probe),
                ):
                    found.append(await look(part, probe))
                found.append(await look("ownership", lambda: _ownership(systems, chosen)))
    except CliError as error:
        found.append(Finding(connection="settings", is_well=False, what="", mend=str(error)))
    return found


async def look(connection: str, ask: Callable[[], Awaitable[Probe]]) -> Finding:
    try:
        with translate_errors():
            probe = await ask()
    except CliError as error:
        what = "no answer" if error.code is ExitCode.DOWN else "set up wrongly"
        return Finding(connection=connection, is_well=False, what=what, mend=str(error))
    return Finding(
        connection=connection,
        is_well=not probe.problems,
        what=f"{probe.account}, as {probe.identity}",
        mend="; ".join(probe.problems),
    )


async def _temporal(chosen: Settings) -> Probe:
    await connect(chosen.temporal)
    where = f"{chosen.temporal.address}, namespace {chosen.temporal.namespace}"
    return Probe(system="temporal", account=where, identity="client")


async def _seller(chosen: Settings) -> Probe:
    seller = chosen.policy.seller
    if seller is None:
        return Probe(system="seller", account="nobody", identity="nobody", problems=(NO_SELLER,))
    kind = "VAT payer" if seller.is_vat_payer else "no VAT payer"
    return Probe(system="seller", account=f"{seller.legal_name}, {seller.country}", identity=kind)


async def _database(chosen: Settings) -> Probe:
    if not await schema_is_current(chosen.database.full_url):
        raise NotMigrated
    async with store(chosen) as opened:
        await require_database(opened, chosen)
        skew = await opened.clock.skew()
    role, owns = await owner_of_tables(chosen.database.full_url)
    problems = [_OWNS.format(role)] if owns else []
    if abs(skew) > MOST_SKEW:
        far = f"this machine's clock is {skew.total_seconds():+.0f} s from the database's"
        problems.append(f"{far}: let both follow one NTP server")
    return Probe(
        system="postgres",
        account="schema is current",
        identity=role,
        problems=tuple(problems),
    )


async def _ownership(systems: Systems, chosen: Settings) -> Probe:
    alone = ", ".join(await require_accounts(systems, chosen)) or "no system"
    account = f"nobody else in {alone}"
    return Probe(system="ownership", account=account, identity=chosen.installation)


async def _polls(chosen: Settings) -> Probe:
    """Check the age of each system's last good poll; three missed intervals are a problem."""
    async with store(chosen) as opened:
        last = await opened.cursors.last_polls()
    now = datetime.now(UTC)
    ages = {system: now - last[system] for system in PolledSystem if system in last}
    late = [
        f"no good poll of the {system.upper()} for {_seconds(ages.get(system))}: "
        "see whether `cashward worker` runs, and its log"
        for system in PolledSystem
        if _is_late(ages.get(system), chosen.timing.poll_interval(system))
    ]
    said = ", ".join(f"{system} {_seconds(age)} ago" for system, age in ages.items())
    return Probe(
        system="polls", account=said or "no poll yet", identity="worker", problems=tuple(late)
    )


def _is_late(age: timedelta | None, interval: timedelta) -> bool:
    return age is None or age > MISSED_POLLS * interval + GRACE


def _seconds(age: timedelta | None) -> str:
    return "ever" if age is None else f"{age.total_seconds():.0f} s"
