"""Lines of the books on a customer's account: what is owed, and what was set against it."""

from decimal import Decimal

from pydantic import Field

from connectors.tryton.office import MODEL
from connectors.tryton.wire import Day, Exact, Moment, Row, Text, Wire

_OF_AN_INVOICE = f"{MODEL},"
OF_A_LINE = (
    *("debit", "credit", "amount_second_currency", "second_currency"),
    *("maturity_date", "reconciliation", "write_date", "move.origin"),
)


class _Move(Wire):
    id: int
    origin: Text = ""


class Line(Row):
    """A line of the books on the customer's account."""

    debit: Exact = Decimal(0)
    credit: Exact = Decimal(0)
    amount_second_currency: Exact | None = None
    second_currency: int | None = None
    maturity_date: Day | None = None
    reconciliation: int | None = None
    write_date: Moment | None = None
    move: _Move = Field(alias="move.")

    def in_currency(self, currency: int, *, is_home: bool) -> Decimal:
        """How much less the customer owes by it; an exchange difference is nothing to them."""
        if is_home:
            return self.credit - self.debit
        if self.second_currency == currency and self.amount_second_currency:
            return -self.amount_second_currency
        return Decimal(0)

    @property
    def is_of_a_credit_note(self) -> bool:
        return self.move.origin.startswith(_OF_AN_INVOICE) and self.credit > 0
