"""Customers, invoices, credit notes and payments, as they are in Tryton's database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from testbed.systems.common.system import Place
from testbed.systems.count.record import Record, ask, more_than_once

# Whoever is on file and is not the company itself. A code that was opened again ends in a number.
_CUSTOMERS = """
    SELECT 'customer' AS kind, party.id::text,
           CASE WHEN party.code LIKE 'cw:%' THEN regexp_replace(party.code, '\\.\\d+$', '')
                ELSE '' END AS mark,
           array_remove(array_agg(DISTINCT regexp_replace(known.code, '\\W', '', 'g')), NULL)
               || regexp_replace(party.code, '^cw:[^:]+:|\\.\\d+$', '', 'g') AS numbers
    FROM party_party party LEFT JOIN party_identifier known ON known.party = party.id
    WHERE party.active AND party.id NOT IN (SELECT party FROM company_company)
    GROUP BY party.id, party.code
"""
# A document's own lines on its customer's account, and those that were set against them.
_OWN_LINES = """
    WITH own AS (
        SELECT invoice.id AS invoice, line.id, line.reconciliation
        FROM account_invoice invoice
        JOIN account_move_line line USING (move, account) WHERE invoice.type = 'out'
    ), settling AS (
        SELECT own.invoice, line.id AS line, line.move
        FROM own JOIN "account_invoice-account_move_line" link USING (invoice)
        JOIN account_move_line line ON line.id = link.line
        WHERE line.reconciliation IS NOT DISTINCT FROM own.reconciliation
        UNION
        SELECT own.invoice, line.id, line.move
        FROM own JOIN account_move_line line USING (reconciliation)
    )
"""
_BILLS = """
    SELECT CASE WHEN total_amount_cache < 0 THEN 'credit note' ELSE 'invoice' END AS kind,
           bill.id::text, CASE WHEN reference LIKE 'cw:%' THEN reference ELSE '' END AS mark,
           state, coalesce(number, '') AS number,
           coalesce(untaxed_amount_cache, 0) AS net, coalesce(total_amount_cache, 0) AS gross,
           ARRAY(SELECT DISTINCT settling.invoice::text FROM settling JOIN own ON own.id = line
                 WHERE own.invoice = bill.id AND settling.invoice <> bill.id) AS against
    FROM account_invoice bill WHERE type = 'out'
"""
# What the bank noted for a bill, as long as it settles it: one that bounced settles nothing.
_PAYMENTS = """
    SELECT noted.id::text, coalesce(noted.number, '') AS number, invoice.id::text AS bill,
           noted.amount
    FROM account_statement_line noted
    JOIN account_invoice invoice ON noted.related_to = 'account.invoice,' || invoice.id
    WHERE invoice.type = 'out' AND EXISTS (
        SELECT FROM settling WHERE settling.invoice = invoice.id AND settling.move = noted.move)
"""


@dataclass(frozen=True, kw_only=True)
class Customer(Record):
    """A party. `numbers` are all that identify it, with its code."""

    numbers: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Bill(Record):
    """An invoice or credit note. `against` are the documents that it settles."""

    state: str
    number: str
    net: Decimal
    gross: Decimal
    against: Sequence[str]

    @property
    def is_credit(self) -> bool:
        return self.gross < 0

    @property
    def is_draft(self) -> bool:
        return self.state in {"draft", "validated"}

    @property
    def is_issued(self) -> bool:
        return bool(self.number) and not self.is_draft

    @property
    def is_paid(self) -> bool:
        return self.state == "paid"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """`number` is the bank's own."""

    id: str
    number: str
    bill: str
    amount: Decimal


@dataclass(frozen=True)
class Erp:
    """All customers, their documents, and the payments of these."""

    customers: Sequence[Customer]
    bills: Sequence[Bill]
    payments: Sequence[Payment]

    def twice(self) -> Iterator[str]:
        """Return customers with one number, documents with one number, repeated payments."""
        numbers = chain.from_iterable(customer.numbers for customer in self.customers)
        for kind, names in {
            "customer": numbers,
            "invoice number": (bill.number for bill in self.bills if bill.is_issued),
            "payment": (payment.number for payment in self.payments if payment.number),
        }.items():
            yield from (f"{kind} {name}" for name in more_than_once(names))

    def sums(self, deal: str) -> Mapping[str, Decimal]:
        """Return the sums billed and credited without VAT, and paid with it."""
        bills = [bill for bill in self.bills if bill.is_issued and bill.deal == deal]
        return {
            "billed": _sum(bill.net for bill in bills if not bill.is_credit),
            "credited": -_sum(bill.net for bill in bills if bill.is_credit),
            "paid": _sum(self._received(bill) for bill in bills),
        }

    def unsettled(self) -> Iterator[str]:
        """Return bills of ours that do not match what was set against them."""
        for bill in self.bills:
            if not (bill.is_issued and bill.mark):
                continue
            if bill.is_credit and not self._is_set_off(bill):
                yield f"{bill} is set off against no invoice of its own"
            settled = self._received(bill) + self._credited(bill)
            off = settled != bill.gross if bill.is_paid else settled > bill.gross
            if off and not bill.is_credit:
                yield f"{bill} is {bill.state}: {settled} of {bill.gross} came in or was credited"

    def _received(self, bill: Bill) -> Decimal:
        return _sum(payment.amount for payment in self.payments if payment.bill == bill.id)

    def _credited(self, bill: Bill) -> Decimal:
        return -_sum(
            each.gross for each in self.bills if each.is_credit and bill.id in each.against
        )

    def _is_set_off(self, note: Bill) -> bool:
        """Whether it is set off against the invoice that it credits."""
        credited = note.mark.removesuffix(":credit")
        return any(bill.mark == credited and bill.id in note.against for bill in self.bills)


def _sum(amounts: Iterator[Decimal]) -> Decimal:
    return sum(amounts, start=Decimal(0))


def read_erp(place: Place) -> Erp:
    return Erp(
        ask(place, Customer, _CUSTOMERS),
        ask(place, Bill, _OWN_LINES + _BILLS),
        ask(place, Payment, _OWN_LINES + _PAYMENTS),
    )
