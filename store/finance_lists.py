"""Finance's lists, from the views over the books."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import text

from domain.charge import ChargeState
from domain.finance_lists import Age, Receivable, UnbilledCharge
from store.database import Database, Query
from store.mapping import Row, money_of

_RECEIVABLES: Final = Query(text("select * from receivables order by due_on, bill"))
_OVERDUE: Final = Query(
    text("select * from receivables where due_on < :today order by due_on, bill")
)
_UNBILLED: Final = Query(text("select * from unbilled order by since, deal, charge"))
_IN_STATE: Final = Query(
    text("select * from unbilled where state = :state order by since, deal, charge")
)


class PgFinanceLists:
    """Fills ports.finance_lists.FinanceLists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receivables(self, today: date, *, overdue: bool = False) -> Sequence[Receivable]:
        async with self._database.session() as session:
            query = _OVERDUE if overdue else _RECEIVABLES
            rows = await session.all(query, **({"today": today} if overdue else {}))
        return [_receivable(row, today) for row in rows]

    async def unbilled(self, state: ChargeState | None = None) -> Sequence[UnbilledCharge]:
        async with self._database.session() as session:
            if state is None:
                rows = await session.all(_UNBILLED)
            else:
                rows = await session.all(_IN_STATE, state=state.value)
        return [_unbilled(row) for row in rows]


def _receivable(row: Row, today: date) -> Receivable:
    sums = {name: money_of(row, name) for name in ("gross", "paid", "credited", "outstanding")}
    facts = ("deal", "customer", "bill", "number", "issued_on", "due_on", "url")
    age = Age.at(row["due_on"], today)
    return Receivable.model_validate({**{name: row[name] for name in facts}, **sums, "age": age})


def _unbilled(row: Row) -> UnbilledCharge:
    facts = {name: row[name] for name in UnbilledCharge.model_fields}
    return UnbilledCharge.model_validate({**facts, "net": money_of(row, "net")})
