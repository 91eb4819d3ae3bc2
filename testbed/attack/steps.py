"""The product's own activities, built as a worker builds them, with a clock that may be wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from activities.bookkeeping import BookkeepingActivities
from activities.crm import CrmActivities
from activities.effects import Effects
from activities.erp import CustomerActivities, InvoiceActivities
from activities.pm import PmActivities
from runtime.composition import Systems
from runtime.settings import Settings
from store.attention_queue import PgAttentionQueue
from store.audit_trail import PgAuditTrail
from store.billing_ledger import PgBillingLedger
from store.database import Database
from store.effect_ledger import PgEffectLedger
from store.links import PgLinkStore

Method = Callable[..., Awaitable[Any]]
CLASSES = (
    BookkeepingActivities,
    CrmActivities,
    CustomerActivities,
    InvoiceActivities,
    PmActivities,
)


@dataclass(frozen=True)
class Signature:
    """How a step's command and result are written as JSON."""

    command: TypeAdapter[Any]
    result: TypeAdapter[Any]


@cache
def signature(step: str) -> Signature:
    """Return the signature of a step such as `PmActivities.open_project`."""
    owner, _, name = step.partition(".")
    method = getattr(next(each for each in CLASSES if each.__name__ == owner), name)
    hints = get_type_hints(method)
    result = hints.pop("return")
    return Signature(TypeAdapter(next(iter(hints.values()))), TypeAdapter(result))


def build_steps(
    settings: Settings,
    systems: Systems,
    database: Database,
    ledger: PgEffectLedger,
    skew: timedelta = timedelta(0),
) -> Callable[[str], Method]:
    """Build the activities; return what finds one of their methods by a step's name."""

    def clock() -> datetime:
        return datetime.now(UTC) + skew

    effects = Effects(
        ledger,
        operation_timeout=settings.timing.operation_timeout,
        installation=settings.installation,
    )
    billing, links = PgBillingLedger(database, ledger), PgLinkStore(database)
    built = (
        BookkeepingActivities(PgAttentionQueue(database), billing, PgAuditTrail(database), clock),
        CrmActivities(systems.crm, effects),
        CustomerActivities(systems.customers, effects, billing, links, clock),
        InvoiceActivities(systems.invoicing, effects, billing, links, clock),
        PmActivities(systems.pm, effects),
    )
    by_name = {type(each).__name__: each for each in built}

    def find(step: str) -> Method:
        owner, _, name = step.partition(".")
        method: Method = getattr(by_name[owner], name)
        return method

    return find
