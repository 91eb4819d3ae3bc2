"""The vendors we ship. Adding one is one line here and one package beside it."""

from importlib import import_module
from typing import Any, Final

from connectors.common import Connector

_VENDORS: Final = (
    "bottlecrm",
    "hubspot",
    "jira",
    "memory",
    "redmine",
    "tryton",
    "xero",
)

CATALOG: Final[dict[str, Connector[Any]]] = {
    name: import_module(f"connectors.{name}").connector for name in _VENDORS
}
