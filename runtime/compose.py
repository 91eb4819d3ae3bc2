"""Opens the vendors an operator chose, and gives each its part."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.catalog import CATALOG
from connectors.kit import Connector, Roles
from ports.crm import Crm
from ports.erp import Customers, Invoicing
from ports.pm import Pm
from runtime.settings import Settings, SettingsProblem, explain

P = TypeVar("P")


@dataclass(frozen=True, kw_only=True)
class Systems:
    """Every part, played by some vendor."""

    crm: Crm
    pm: Pm
    customers: Customers
    invoicing: Invoicing


@asynccontextmanager
async def open_systems(settings: Settings) -> AsyncIterator[Systems]:
    """Every part filled. Raises SettingsProblem if a vendor is unknown, unset or unable."""
    cast = settings.cast
    async with AsyncExitStack() as stack:
        opened: dict[str, Roles] = {}
        for vendor in dict.fromkeys((cast.crm, cast.pm, cast.erp)):
            connector, wanted = connector_of(vendor, settings)
            opened[vendor] = await stack.enter_async_context(connector.open(wanted))
        yield Systems(
            crm=_player("crm", cast.crm, opened[cast.crm].crm),
            pm=_player("pm", cast.pm, opened[cast.pm].pm),
            customers=_player("erp", cast.erp, opened[cast.erp].customers),
            invoicing=_player("erp", cast.erp, opened[cast.erp].invoicing),
        )


def connector_of(vendor: str, settings: Settings) -> tuple[Connector[Any], BaseModel]:
    """A vendor's connector with its settings. Raises SettingsProblem."""
    connector = CATALOG.get(vendor)
    if connector is None:
        raise SettingsProblem(
            f"there is no connector {vendor!r}: CASHWARD_CAST__… knows {', '.join(sorted(CATALOG))}"
        )
    try:
        return connector, connector.settings.model_validate(settings.connectors.get(vendor, {}))
    except ValidationError as wrong:
        prefix = f"CASHWARD_CONNECTORS__{vendor.upper()}__"
        raise SettingsProblem(explain(wrong, prefix)) from wrong


def _player(part: str, vendor: str, player: P | None) -> P:
    if player is None:
        raise SettingsProblem(
            f"{vendor} cannot play {part}: choose another in CASHWARD_CAST__{part.upper()}"
        )
    return player
