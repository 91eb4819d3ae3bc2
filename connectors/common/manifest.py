"""The declaration of a connector."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from connectors.common.references import References
from ports.crm import Crm
from ports.erp import Customers, Invoicing
from ports.pm import Pm
from ports.records import Records, RevenueRecords

S = TypeVar("S", bound=BaseModel)


OtherInstallations = Callable[[], Awaitable[frozenset[str]]]
"""Reads the names of the other installations that hold or use the account."""


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The roles that a vendor fills, and the lists of our records; it leaves out the others.

    `other_installations` is left out where the vendor has no place that tells.
    """

    crm: Crm | None = None
    pm: Pm | None = None
    customers: Customers | None = None
    invoicing: Invoicing | None = None
    erp_records: Records | None = None
    crm_records: Records | None = None
    pm_records: Records | None = None
    crm_revenue: RevenueRecords | None = None
    other_installations: OtherInstallations | None = None


@dataclass(frozen=True)
class Connector(Generic[S]):
    """A vendor: its name, the settings it needs, and how an installation opens it for work."""

    name: str
    settings: type[S]
    open: Callable[[S, References], AbstractAsyncContextManager[Roles]]
