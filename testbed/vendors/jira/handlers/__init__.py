"""The handlers of the operations, a module for each kind of record."""

from testbed.vendors.jira.endpoints import Endpoint
from testbed.vendors.jira.handlers import (
    issues,
    projects,
    roles,
    site,
    versions,
    webhooks,
    worklogs,
)

# The first match wins: a fixed path comes before a path with a parameter in its place.
_MODULES = (
    site,
    webhooks,
    projects,
    roles,
    versions,
    worklogs,
    issues,
)
ENDPOINTS: tuple[Endpoint, ...] = tuple(e for module in _MODULES for e in module.ENDPOINTS)
