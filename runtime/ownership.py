"""Which installation holds a database, and the accounts at the vendors."""

from collections.abc import Iterator
from contextlib import contextmanager

from runtime.settings import InvalidSettings, Settings
from store import ForeignDatabase, Store


async def register_in_database(store: Store, settings: Settings) -> None:
    """Take the database at the first start. Raises InvalidSettings if it is another's."""
    with _as_invalid_settings():
        await store.installation.register(settings.installation)


async def require_database(store: Store, settings: Settings) -> None:
    """Raise InvalidSettings if the database belongs to another installation."""
    with _as_invalid_settings():
        await store.installation.require(settings.installation)


@contextmanager
def _as_invalid_settings() -> Iterator[None]:
    try:
        yield
    except ForeignDatabase as foreign:
        raise InvalidSettings(str(foreign)) from foreign
