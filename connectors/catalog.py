"""The vendors we ship. Adding one is one line here and one package beside it."""

from typing import Any

from connectors import hubspot, jira, memory, xero
from connectors.kit import Connector

CATALOG: dict[str, Connector[Any]] = {
    vendor.connector.name: vendor.connector for vendor in (hubspot, jira, xero, memory)
}
