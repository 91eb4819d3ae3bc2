"""Tryton in the role of Invoicing."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from connectors.kit import capabilities
from connectors.tryton.credit import CreditChange
from connectors.tryton.document import TAX_ROUNDING
from connectors.tryton.documents import Documents
from connectors.tryton.invoice import InvoiceChange
from connectors.tryton.stored import Invoices, StoredInvoice
from connectors.tryton.wire import moment
from domain.billing import Invoice, reference_of
from domain.names import ExternalId, Subject
from domain.tax import TaxRounding
from ports.capability import Capability
from ports.erp import Changed
from ports.failures import Misconfigured, Rejected
from ports.probe import Probe

_log = structlog.get_logger("connectors.tryton")
_OURS = reference_of(Subject(""))
_OFFERS = (Capability.GAPLESS_NUMBERS, Capability.UPDATED_SINCE)
# A record is dated when its transaction wrote it, and seen when that has ended.
_OVERLAP = timedelta(seconds=30)


class TrytonInvoicing:
    """Customer invoices and credit notes of one company."""

    tax_rounding: TaxRounding = TAX_ROUNDING

    def __init__(self, documents: Documents, *, user: str) -> None:
        self._documents = documents
        self._user = user
        self._invoice = InvoiceChange(documents)
        self._credit = CreditChange(documents)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Nobody voids an issued invoice, unless the company lets its customers' be cancelled."""
        return capabilities(self._invoice, self._credit, also=_OFFERS)

    @property
    def invoice(self) -> InvoiceChange:
        return self._invoice

    @property
    def credit(self) -> CreditChange:
        return self._credit

    async def issue(self, invoice: ExternalId) -> None:
        await self._documents.post(invoice)

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        return (await self._documents.read(invoice)).invoice(self._documents.links)

    async def changed_since(self, since: datetime) -> Sequence[Changed]:
        """Read page by page in the order of ids, which stay as they are while records change."""
        found: list[StoredInvoice] = []
        while True:
            page = await self._page(since - _OVERLAP, found[-1].id if found else 0)
            found += page
            if len(page) < self._documents.page_size:
                break
        return sorted(self._translated(found), key=lambda change: change.changed_at)

    async def probe(self) -> Probe:
        chart = self._documents.chart
        try:
            wanting = await chart.wanting()
            facts = await chart.facts()
        except Rejected as refused:
            reason = f"give the user {self._user} access to accounting and parties"
            raise Misconfigured(refused.system, f"{reason}: {refused.reason}") from refused
        return Probe(
            system=self._documents.office.system,
            account=facts.company,
            identity=f"user {self._user}",
            wanting=wanting,
        )

    async def _page(self, since: datetime, after: int) -> list[StoredInvoice]:
        """A payment that is reversed changes its own line alone, so both are asked for."""
        changed = [[field, ">=", moment(since)] for field in ("write_date", _PAYMENT)]
        domain = [
            ["id", ">", after],
            ["type", "=", "out"],
            ["reference", "like", f"{_OURS}%"],
            ["number", "!=", None],
            ["state", "in", ["posted", "paid", "cancelled"]],
            ["OR", *changed],
        ]
        size = self._documents.page_size
        return (await self._documents.office.search(Invoices, domain, limit=size)).result

    def _translated(self, rows: Sequence[StoredInvoice]) -> Iterator[Changed]:
        for row in rows:
            if row.untaxed_amount < 0 or not row.changed_at:
                continue
            try:
                invoice = row.invoice(self._documents.links)
            except Rejected as odd:
                # One document that a person spoilt must not hold up all others.
                _log.warning("invoice left out", invoice=row.id, reason=odd.reason)
                continue
            yield Changed(invoice=invoice, changed_at=row.changed_at)


_PAYMENT = "payment_lines.write_date"
