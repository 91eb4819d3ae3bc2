"""Which installation holds a database, and the accounts at the vendors."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from ports.failures import ConnectorFailure
from runtime.composition import Systems
from runtime.settings import InvalidSettings, Settings
from store import ForeignDatabase, Store

log = structlog.get_logger()


async def register_in_database(store: Store, settings: Settings) -> None:
    """Take the database at the first start. Raises InvalidSettings if it is another's."""
    with _as_invalid_settings():
        await store.installation.register(settings.installation)


async def require_database(store: Store, settings: Settings) -> None:
    """Raise InvalidSettings if the database belongs to another installation."""
    with _as_invalid_settings():
        await store.installation.require(settings.installation)


async def require_accounts(systems: Systems, settings: Settings) -> Sequence[str]:
    """Raise InvalidSettings if another installation works in an account; return who answered.

    A system that does not answer is not waited for: references keep two installations apart.
    """
    answered = []
    for vendor, read in systems.other_installations.items():
        try:
            others = await read() - set(settings.shares_with)
        except ConnectorFailure as down:
            log.warning("not known who else works there", system=vendor, reason=down.reason)
            continue
        if others:
            raise InvalidSettings(_held(vendor, sorted(others), settings))
        answered.append(vendor)
    return answered


def _held(vendor: str, others: Sequence[str], settings: Settings) -> str:
    names = ", ".join(others)
    return (
        f"the {vendor} account is one of the installation {names}, and CASHWARD_INSTALLATION is"
        f" {settings.installation!r}: the same deals may be carried twice. Use another account; or,"
        f" where each has deals of its own, set CASHWARD_SHARES_WITH to"
        f" {json.dumps(list(others))} here and name {settings.installation!r} there"
    )


@contextmanager
def _as_invalid_settings() -> Iterator[None]:
    try:
        yield
    except ForeignDatabase as foreign:
        raise InvalidSettings(str(foreign)) from foreign
