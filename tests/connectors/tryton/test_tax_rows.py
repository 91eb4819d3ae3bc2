"""Whatever accounts a tax has, the rows of a document have our tax to the cent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.tryton.models.chart import ChartData, Tax
from connectors.tryton.models.new_documents import NewDocument
from connectors.tryton.models.parties import InvoiceParty
from domain.document import tax_totals
from domain.invoice import InvoiceLine
from domain.money import Money
from domain.tax import TaxRounding, TaxTreatment, tax_rule
from tests.contracts.erp_harness import NOBODY, ordered

CHART = ChartData(
    company="Lowfold", taxes=[], currencies={"EUR": 1}, journal=2, receivable=3, revenue=4
)
PARTY = InvoiceParty(id=5, addresses=(6,), account_receivable=None)
RATES = (23, 19, 5)


def line(cents: int, rate: int) -> InvoiceLine:
    rule = tax_rule(TaxTreatment.DOMESTIC, standard_rate=Decimal(rate))
    net = Money.of(Decimal(cents) / 100, "EUR")
    return InvoiceLine(description="Work", net=net, tax=rule)


def tax(rate: int, credit_note_account: int) -> Tax:
    return Tax(
        id=rate,
        name=f"VAT {rate} %",
        type="percentage",
        rate=Decimal(rate) / 100,
        invoice_account=100,
        credit_note_account=credit_note_account,
    )


def sums(rows: list[Mapping[str, Any]], field: str) -> dict[int, Decimal]:
    return {
        rate: sum((Decimal(r[field]["decimal"]) for r in rows if r["tax"] == rate), Decimal(0))
        for rate in {row["tax"] for row in rows}
    }


@given(
    st.lists(st.builds(line, st.integers(-9999, 9999), st.sampled_from(RATES)), min_size=1),
    st.sampled_from([100, 200]),
    st.booleans(),
)
def test_the_rows_of_each_tax_add_up_to_its_base_and_amount(
    lines: list[InvoiceLine], credit_note_account: int, is_credit: bool
) -> None:
    document = NewDocument(
        customer=NOBODY,
        reference="r",
        dates=ordered(NOBODY, *lines).dates,
        lines=lines,
        is_credit=is_credit,
        origins=[None] * len(lines),
    )
    taxes = [tax(int(each.tax.rate), credit_note_account) for each in lines]
    values = document.values(1, CHART, taxes, PARTY)
    ((_, rows),) = values["taxes"]
    sign = -1 if is_credit else 1
    wanted = {int(each.rate): each for each in tax_totals(lines, TaxRounding.PER_CATEGORY)}
    assert sums(rows, "base") == {rate: sign * e.net.amount for rate, e in wanted.items()}
    assert sums(rows, "amount") == {rate: sign * e.tax.amount for rate, e in wanted.items()}
    keys = [(row["tax"], Decimal(row["base"]["decimal"]) >= 0) for row in rows]
    assert len(set(keys)) == len(keys)
    accounts = {is_above: row["account"] for (_, is_above), row in zip(keys, rows, strict=True)}
    assert accounts.items() <= {True: 100, False: credit_note_account}.items()
