"""Xero in the role of Invoicing."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from connectors.common import capabilities
from connectors.xero.credit import CreditChange
from connectors.xero.documents import IN_FULL, TAX_ROUNDING, Documents
from connectors.xero.invoice import InvoiceChange
from connectors.xero.wire.documents import Invoices, StoredInvoice
from domain.billing import Invoice
from domain.ids import ExternalId, Subject, reference_of
from domain.tax import TaxRounding
from ports.capability import Capability
from ports.erp import ChangedInvoice
from ports.failures import Rejected
from ports.probe import Probe

_log = structlog.get_logger("connectors.xero")
_ISSUED = frozenset({"AUTHORISED", "PAID"})
_OURS = reference_of(Subject(""))
_OFFERS = (Capability.VOIDS_ISSUED, Capability.WEBHOOK, Capability.UPDATED_SINCE)
_A_SECOND = timedelta(seconds=1)
LARGEST_PAGE = 1000


class XeroInvoicing:
    """Sales invoices and credit notes of one organisation."""

    tax_rounding: TaxRounding = TAX_ROUNDING

    def __init__(self, documents: Documents, *, client_id: str, page_size: int = 200) -> None:
        self._documents = documents
        self._client_id = client_id
        self._page_size = page_size
        self._invoice = InvoiceChange(documents)
        self._credit = CreditChange(documents)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Without gapless numbers: a draft takes one, and keeps it when it is deleted."""
        return capabilities(self._invoice, self._credit, also=_OFFERS)

    @property
    def draft_invoice(self) -> InvoiceChange:
        return self._invoice

    @property
    def credit_invoice(self) -> CreditChange:
        return self._credit

    async def issue(self, invoice: ExternalId) -> Invoice:
        try:
            stored = await self._documents.move(invoice, "AUTHORISED")
        except Rejected as refused:
            # A document that money has met takes no status, not even the one it has.
            stored = await self._documents.read(invoice)
            if stored.is_draft:
                raise
            if stored.is_gone:
                reason = f"invoice {stored.invoice_number} is gone: it was {stored.status.lower()}"
                raise Rejected(self._documents.xero.system, reason) from refused
        if stored.status not in _ISSUED:
            reason = f"invoice {stored.invoice_number} is {stored.status} still: approve it in Xero"
            raise Rejected(self._documents.xero.system, reason)
        return self._documents.told(stored)

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        return self._documents.told(await self._documents.read(invoice))

    async def changed_since(self, since: datetime) -> Sequence[ChangedInvoice]:
        """Read by seeking: after each page, the first page after the last change seen.

        A second page of a list that is sorted by what moves could skip rows. Where one moment
        fills a page, that moment is read in the largest there is; a second one of that is a last
        resort.
        """
        found: dict[str, StoredInvoice] = {}
        mark, page, size = since, 1, self._page_size
        while True:
            changes = await self._changes(mark, page, size)
            found.update({row.invoice_id: row for row in changes.invoices})
            if changes.is_last or not changes.invoices:
                break
            reached = changes.invoices[-1].updated_date_utc
            if reached - mark > _A_SECOND:
                mark, page, size = reached, 1, self._page_size
            else:
                page, size = (1, LARGEST_PAGE) if size < LARGEST_PAGE else (page + 1, size)
        ours = (row for row in found.values() if row.reference.startswith(_OURS))
        return [*self._translated(sorted(ours, key=lambda row: row.updated_date_utc))]

    async def probe(self) -> Probe:
        facts = await self._documents.chart.facts()
        return Probe(
            system=self._documents.xero.system,
            account=f"{facts.name} ({facts.country_code}, {facts.base_currency})",
            identity=f"app {self._client_id}",
            problems=await self._documents.chart.wanting(),
        )

    async def _changes(self, mark: datetime, page: int, size: int) -> Invoices:
        query: dict[str, str | int] = {
            **IN_FULL,
            "where": 'Type=="ACCREC"',
            "Statuses": "AUTHORISED,PAID,VOIDED",
            "order": "UpdatedDateUTC ASC",
            "page": page,
            "pageSize": size,
        }
        # Xero is accurate to the second, and does not say whether it counts the second itself.
        answer = await self._documents.xero.read(
            "/Invoices", query=query, changed_after=mark - _A_SECOND
        )
        return answer.read(Invoices)

    def _translated(self, rows: Sequence[StoredInvoice]) -> Iterator[ChangedInvoice]:
        for row in rows:
            try:
                invoice = self._documents.told(row)
            except Rejected as odd:
                # One document that a person spoilt must not hold up all others.
                _log.warning("invoice left out", invoice=row.invoice_id, reason=odd.reason)
                continue
            yield ChangedInvoice(invoice=invoice, changed_at=row.updated_date_utc)
