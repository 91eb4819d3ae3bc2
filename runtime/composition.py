"""Opens the vendors that an operator chose, each in its role."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from connectors.catalog import CATALOG
from connectors.common import Connector, OtherInstallations, References, Roles
from ports.crm import Crm
from ports.erp import Customers, Invoicing
from ports.pm import Pm
from ports.records import Records, RevenueRecords
from runtime.settings import InvalidSettings, Settings
from runtime.settings_loading import explain

P = TypeVar("P")


@dataclass(frozen=True, kw_only=True)
class Systems:
    """Every role, filled by a vendor."""

    crm: Crm
    pm: Pm
    customers: Customers
    invoicing: Invoicing
    pm_records: Records
    erp_records: Records
    crm_records: Records | None
    """Left out by a CRM that cannot list our tasks."""
    crm_revenue: RevenueRecords
    other_installations: Mapping[str, OtherInstallations] = field(default_factory=dict)
    """Who else works in the account, by the vendor's name, where a vendor tells."""


@asynccontextmanager
async def open_systems(settings: Settings) -> AsyncIterator[Systems]:
    """Open a vendor for every role. Raises InvalidSettings if one is unknown, unset or unable."""
    vendors, references = settings.vendors, References(settings.installation)
    async with AsyncExitStack() as stack:
        opened: dict[str, Roles] = {}
        for vendor in dict.fromkeys((vendors.crm, vendors.pm, vendors.erp)):
            connector, wanted = connector_of(vendor, settings)
            opened[vendor] = await stack.enter_async_context(connector.open(wanted, references))
        yield Systems(
            crm=_player("crm", vendors.crm, opened[vendors.crm].crm),
            pm=_player("pm", vendors.pm, opened[vendors.pm].pm),
            customers=_player("erp", vendors.erp, opened[vendors.erp].customers),
            invoicing=_player("erp", vendors.erp, opened[vendors.erp].invoicing),
            crm_records=opened[vendors.crm].crm_records,
            crm_revenue=_player("crm", vendors.crm, opened[vendors.crm].crm_revenue),
            pm_records=_player("pm", vendors.pm, opened[vendors.pm].pm_records),
            erp_records=_player("erp", vendors.erp, opened[vendors.erp].erp_records),
            other_installations={
                vendor: roles.other_installations
                for vendor, roles in opened.items()
                if roles.other_installations
            },
        )


def connector_of(vendor: str, settings: Settings) -> tuple[Connector[Any], BaseModel]:
    """Return a vendor's connector with its settings. Raises InvalidSettings."""
    connector = CATALOG.get(vendor)
    if connector is None:
        raise InvalidSettings(
            f"there is no connector {vendor!r}: "
            f"CASHWARD_VENDORS__… takes {', '.join(sorted(CATALOG))}"
        )
    given = {
        name: _from_json(value, connector.settings.model_fields.get(name))
        for name, value in settings.connectors.get(vendor, {}).items()
    }
    try:
        return connector, connector.settings.model_validate(given)
    except ValidationError as wrong:
        prefix = f"CASHWARD_CONNECTORS__{vendor.upper()}__"
        raise InvalidSettings(explain(wrong, prefix)) from wrong


def _from_json(value: object, field: FieldInfo | None) -> object:
    """Read a list or table, which the environment gives as JSON; its type refuses other text."""
    takes_many = field is not None and get_origin(field.annotation) in {tuple, dict}
    if not takes_many or not isinstance(value, str):
        return value
    with suppress(ValueError):
        return json.loads(value)
    return value


def _player(part: str, vendor: str, player: P | None) -> P:
    if player is None:
        raise InvalidSettings(
            f"{vendor} cannot play {part}: choose another in CASHWARD_VENDORS__{part.upper()}"
        )
    return player
