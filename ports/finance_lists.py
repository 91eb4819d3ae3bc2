"""Lists over the books of all deals."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from domain.charge import ChargeState
from domain.finance_lists import Receivable, UnbilledCharge


class FinanceLists(Protocol):
    """Each list is one statement over the books; nothing is kept beside them."""

    async def receivables(self, today: date, *, overdue: bool = False) -> Sequence[Receivable]:
        """Issued invoices with something outstanding, the longest due first.

        `overdue` leaves out those that are not due yet.
        """
        ...

    async def unbilled(self, state: ChargeState | None = None) -> Sequence[UnbilledCharge]:
        """Charges of open deals that are on no issued invoice, those that stand longest first."""
        ...
