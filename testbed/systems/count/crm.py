"""Won deals and owners' tasks, as they are in BottleCRM's database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from testbed.systems.common.system import Place
from testbed.systems.count.record import Record, ask

_DEALS = """
    SELECT 'bottlecrm:' || deal.id AS id,
           coalesce(nullif(deal.custom_fields->>'cashward_billed', ''), '0')::numeric AS billed,
           coalesce(nullif(deal.custom_fields->>'cashward_credited', ''), '0')::numeric AS credited,
           coalesce(nullif(deal.custom_fields->>'cashward_paid', ''), '0')::numeric AS paid,
           array_remove(ARRAY[
               regexp_replace(account.custom_fields->>'cashward_company_id', '\\W', '', 'g'),
               regexp_replace(account.custom_fields->>'cashward_vat_id', '\\W', '', 'g'),
               'account-bottlecrm-' || account.id
           ], NULL) AS numbers
    FROM opportunity deal LEFT JOIN accounts account ON account.id = account_id
    WHERE stage = 'CLOSED_WON'
"""
_TASKS = """
    SELECT 'task' AS kind, id::text, coalesce(custom_fields->>'cashward_key', '') AS mark,
           coalesce('bottlecrm:' || opportunity_id, '') AS within, status <> 'Completed' AS is_open
    FROM task
"""


@dataclass(frozen=True, kw_only=True)
class Deal:
    """A won deal. `numbers` are all that may identify its customer."""

    id: str
    billed: Decimal
    credited: Decimal
    paid: Decimal
    numbers: Sequence[str]

    @property
    def sums(self) -> Mapping[str, Decimal]:
        return {"billed": self.billed, "credited": self.credited, "paid": self.paid}


@dataclass(frozen=True, kw_only=True)
class Task(Record):
    """A task of an owner."""

    is_open: bool


@dataclass(frozen=True)
class Crm:
    """Won deals by their ids, and all tasks."""

    deals: Mapping[str, Deal]
    tasks: Sequence[Task]


def read_crm(place: Place) -> Crm:
    deals = ask(place, Deal, _DEALS)
    return Crm({deal.id: deal for deal in deals}, ask(place, Task, _TASKS))
