"""Xero in the roles of Customers and Invoicing: reads contacts and invoices, issues drafts."""

from collections.abc import Sequence
from datetime import datetime

from connectors.common import all_of, capabilities
from connectors.common.customers import search_word
from connectors.common.documents import readable
from connectors.xero.chart import Chart
from connectors.xero.client import XeroClient
from connectors.xero.documents import Documents
from connectors.xero.models.documents import CHECKS, TAX_ROUNDING, StoredInvoice
from connectors.xero.models.filters import any_of, equal, starts
from connectors.xero.operations.credit_invoice import CreditInvoiceOperation
from connectors.xero.operations.draft_invoice import DraftInvoiceOperation
from connectors.xero.operations.open_customer import OpenCustomerOperation
from connectors.xero.settings import LARGEST_PAGE
from connectors.xero.setup import probe
from domain.company import Account
from domain.company_numbers import compact
from domain.customer import Candidate
from domain.ids import ExternalId
from domain.invoice import Invoice, InvoiceDates
from domain.tax import TaxRounding
from ports.capability import Capability
from ports.erp import ChangedInvoice
from ports.failures import Rejected
from ports.probe import Probe

_ISSUED = frozenset({"AUTHORISED", "PAID"})
_DOCUMENTS = {"where": 'Type=="ACCREC"', "Statuses": "AUTHORISED,PAID,VOIDED"}


class XeroCustomers:
    """The contacts of one organisation."""

    def __init__(self, client: XeroClient) -> None:
        self._client = client
        self.open_customer = OpenCustomerOperation(client)

    async def find_customers(self, account: Account) -> Sequence[Candidate]:
        """One call by key, number and exact name, and one by a word of the name."""
        references = self._client.references
        numbers = [
            equal(field, spelling)
            for field, number in (
                ("CompanyNumber", account.ids.company_id),
                ("TaxNumber", account.ids.vat_id),
            )
            for spelling in (number, compact(number))
        ]
        ours = starts("ContactNumber", references.of_customer(account.customer_key))
        where = any_of(ours, *numbers, equal("Name", account.invoiced_name))
        exact = self._client.contacts(where=where)
        alike = self._client.contacts(searchTerm=search_word(account.invoiced_name))
        contacts = [contact for found in await all_of((exact, alike)) for contact in found]
        return tuple({each.contact_id: each.to_candidate(references) for each in contacts}.values())


class XeroInvoicing:
    """The sales invoices and credit notes of one organisation."""

    tax_rounding: TaxRounding = TAX_ROUNDING

    def __init__(self, client: XeroClient) -> None:
        self._client = client
        self._chart = Chart(client)
        self._documents = Documents(client, self._chart)
        self.draft_invoice = DraftInvoiceOperation(client, self._documents)
        self.credit_invoice = CreditInvoiceOperation(client, self._documents)
        # No gapless numbers: a draft takes one, and keeps it when it is deleted.
        self.capabilities = capabilities(
            self.draft_invoice,
            self.credit_invoice,
            also=(Capability.VOIDS_ISSUED, Capability.WEBHOOK, Capability.UPDATED_SINCE),
        )

    async def issue(self, invoice: ExternalId) -> Invoice:
        try:
            stored = await self._client.set_status(invoice, "AUTHORISED")
        except Rejected as refused:
            # A document with a payment takes no status, not even the one it has.
            stored = await self._client.invoice(invoice)
            if stored.is_draft:
                raise
            if stored.is_gone:
                reason = f"invoice {stored.invoice_number} is gone: it was {stored.status.lower()}"
                raise Rejected(self._client.system, reason) from refused
        if stored.status not in _ISSUED:
            reason = f"invoice {stored.invoice_number} is {stored.status} still: approve it in Xero"
            raise Rejected(self._client.system, reason)
        return await self._documents.whole(stored)

    async def set_dates(self, draft: ExternalId, dates: InvoiceDates) -> None:
        """Sends the status of a draft, too: a late call does not touch a document."""
        stored = await self._client.invoice(draft)
        if not stored.is_draft:
            raise CHECKS.draft(draft)
        await self._client.set_dates(stored, dates)

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        return await self._documents.read(invoice)

    async def changed_since(self, since: datetime) -> Sequence[ChangedInvoice]:
        changes = self._client.changes("Invoices", list[StoredInvoice], since, **_DOCUMENTS)
        found = {row.invoice_id: row async for row in changes}
        references = self._client.references
        ours = [row for row in found.values() if references.owns(row.reference)]
        read = await self._documents.reader(ours)

        def to_change(row: StoredInvoice) -> ChangedInvoice:
            subject, changed_at = references.subject(row.reference), row.updated_date_utc
            return ChangedInvoice(subject=subject, invoice=read(row), changed_at=changed_at)

        return [*readable(sorted(ours, key=lambda row: row.updated_date_utc), to_change)]

    async def other_installations(self) -> frozenset[str]:
        """Those that made documents here of late, as the references tell.

        Xero's filters cannot leave out our own.
        """
        references = self._client.references
        query: dict[str, str | int] = {
            "where": starts("Reference", references.any_prefix),
            "order": "UpdatedDateUTC DESC",
            "page": 1,
            "pageSize": LARGEST_PAGE,
        }
        response = await self._client.read("/Invoices", query=query)
        rows = response.read(list[StoredInvoice], "Invoices")
        return references.others(row.reference for row in rows)

    async def probe(self) -> Probe:
        return await probe(self._client, self._chart)
