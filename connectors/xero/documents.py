"""What invoices and credit notes share: how they are written, found, and held against ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from connectors.xero.chart import Chart
from connectors.xero.organisation import ROOT, Organisation
from connectors.xero.where import all_of, equal
from connectors.xero.wire.base import only, wrapped
from connectors.xero.wire.documents import (
    Invoices,
    InvoiceState,
    Line,
    Status,
    Stored,
    StoredInvoice,
    Tracking,
)
from domain.billing import Invoice, InvoiceLine
from domain.currency import minor_unit
from domain.ids import ExternalId
from domain.money import Money
from domain.tax import TaxRounding, TaxRule, tax_on
from ports.failures import Rejected

TAX_ROUNDING = TaxRounding.PER_LINE
# Xero forgets a key six minutes after the first call; a minute less, for clocks and slow calls.
KEY_LIFE = timedelta(minutes=5)
IN_FULL: Mapping[str, str] = {"unitdp": "4"}
_CENT = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Documents:
    """The sales documents of an organisation: people look at them in `app`, programs by `api`."""

    xero: Organisation
    chart: Chart
    app: str
    api: str
    settle: timedelta
    tracking: Mapping[str, str] = field(default_factory=dict)

    async def lines(self, lines: Sequence[InvoiceLine], rule: TaxRule) -> list[Line]:
        """Lines as Xero takes them. Raises Rejected where Xero would round the money away."""
        currency = lines[0].net.currency
        if minor_unit(currency) < _CENT:
            raise Rejected(
                self.xero.system,
                f"Xero keeps two decimals, and {currency} counts in {minor_unit(currency)}: agree "
                "another currency with the customer, or bill this by hand",
            )
        tax_type = await self.chart.tax_type(rule)
        return [self._line(line, rule, tax_type) for line in lines]

    def expected(self, lines: Sequence[InvoiceLine], rule: TaxRule) -> tuple[Money, Money, Money]:
        """Net, tax and gross, with the tax rounded where Xero rounds it."""
        nets = [line.net for line in lines]
        net, tax = Money.total(nets, nets[0].currency), tax_on(nets, rule, TAX_ROUNDING)
        return net, tax, net + tax

    def compare(self, stored: Stored, expected: tuple[Money, Money, Money], name: str) -> None:
        """Raises Rejected unless the document reads as it was meant, to the coin."""
        currency = expected[0].currency
        amounts = tuple(money.amount for money in expected)
        if (stored.currency_code, stored.amounts) == (currency, amounts):
            return
        raise Rejected(
            self.xero.system,
            f"{name} read back as {_sum(stored.amounts)} {stored.currency_code}, expected "
            f"{_sum(amounts)} {currency}: finance must compare the tax rate in Xero with ours",
        )

    def told(self, stored: StoredInvoice) -> Invoice:
        """An invoice in our words."""
        return stored.invoice(self.app, f"{self.api}{ROOT}/Invoices/{stored.invoice_id}")

    async def read(self, invoice: ExternalId) -> StoredInvoice:
        answer = await self.xero.read("/Invoices/{}", invoice, query=IN_FULL)
        return only(answer, answer.read(Invoices).invoices)

    async def find(self, reference: str) -> list[StoredInvoice]:
        """All invoices under our reference, issued ones and then the oldest first."""
        where = all_of(equal("Type", "ACCREC"), equal("Reference", reference))
        pages = await self.xero.all("/Invoices", Invoices, {**IN_FULL, "where": where})
        found = [invoice for page in pages for invoice in page.invoices]
        # Xero compares without case and accents: a reference like ours is not ours.
        return sorted(
            (invoice for invoice in found if invoice.reference == reference),
            key=lambda invoice: invoice.age,
        )

    async def move(self, invoice: ExternalId, status: Status) -> StoredInvoice:
        """Change the status and nothing else."""
        body = wrapped("Invoices", InvoiceState(invoice_id=invoice, status=status))
        answer = await self.xero.update("/Invoices/{}", invoice, query=IN_FULL, body=body)
        return only(answer, answer.read(Invoices).invoices)

    def _line(self, line: InvoiceLine, rule: TaxRule, tax_type: str) -> Line:
        # Where the smallest coin is larger than a cent, only we can round the tax to coins.
        is_coarse = minor_unit(line.net.currency) > _CENT
        tracking = [Tracking(name=name, option=option) for name, option in self.tracking.items()]
        return Line(
            description=line.description,
            unit_amount=line.net.amount,
            account_code=self.chart.account,
            tax_type=tax_type,
            tax_amount=line.net.share(rule.rate).amount if is_coarse else None,
            tracking=tracking or None,
        )


def _sum(amounts: Sequence[Decimal]) -> str:
    net, tax, gross = amounts
    return f"{net} + {tax} tax = {gross}"
