"""The declaration of a connector."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from connectors.common.references import References
from ports.crm import Crm
from ports.erp import Customers, Invoicing
from ports.pm import Pm

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The roles that a vendor fills; it leaves out the others."""

    crm: Crm | None = None
    pm: Pm | None = None
    customers: Customers | None = None
    invoicing: Invoicing | None = None


@dataclass(frozen=True)
class Connector(Generic[S]):
    """A vendor: its name, the settings it needs, and how an installation opens it for work."""

    name: str
    settings: type[S]
    open: Callable[[S, References], AbstractAsyncContextManager[Roles]]
