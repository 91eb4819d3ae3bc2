"""Tryton in the roles of Customers and Invoicing: reads parties and invoices, posts drafts."""

from collections.abc import Sequence
from datetime import datetime

from connectors.common import capabilities
from connectors.common.customers import search_word
from connectors.common.documents import readable
from connectors.tryton.chart import Chart
from connectors.tryton.client import TrytonClient, number_of
from connectors.tryton.documents import Documents
from connectors.tryton.models.documents import CHECKS, TAX_ROUNDING, StoredInvoice
from connectors.tryton.models.json import moment
from connectors.tryton.models.parties import Party, party_domain
from connectors.tryton.operations.credit_invoice import CreditInvoiceOperation
from connectors.tryton.operations.draft_invoice import DraftInvoiceOperation
from connectors.tryton.operations.open_customer import OpenCustomerOperation
from connectors.tryton.records import OVERLAP
from connectors.tryton.setup import probe
from domain.company import Account
from domain.customer import Candidate
from domain.ids import ExternalId
from domain.invoice import Invoice, InvoiceDates
from domain.tax import TaxRounding
from ports.capability import Capability
from ports.erp import ChangedInvoice
from ports.probe import Probe

# A person can still choose among this many candidates.
_MOST_CANDIDATES = 200


class TrytonCustomers:
    """The parties of one database."""

    def __init__(self, client: TrytonClient) -> None:
        self._client = client
        self.open_customer = OpenCustomerOperation(client)

    async def find_customers(self, account: Account) -> Sequence[Candidate]:
        """One call by key, number and a word of the name."""
        references = self._client.references
        code = references.of_customer(account.customer_key)
        domain = party_domain(account, code, search_word(account.invoiced_name))
        found = await self._client.search(Party, domain, limit=_MOST_CANDIDATES)
        return [party.to_candidate(references) for party in found]


class TrytonInvoicing:
    """The sales invoices and credit notes of one company."""

    tax_rounding: TaxRounding = TAX_ROUNDING

    def __init__(self, client: TrytonClient) -> None:
        self._client = client
        self._chart = Chart(client)
        self._documents = Documents(client, self._chart)
        self.draft_invoice = DraftInvoiceOperation(client, self._documents)
        self.credit_invoice = CreditInvoiceOperation(client, self._documents)
        # Nobody voids an issued invoice, unless the company lets its invoices be cancelled.
        self.capabilities = capabilities(
            self.draft_invoice,
            self.credit_invoice,
            also=(
                Capability.GAPLESS_NUMBERS,
                Capability.UPDATED_SINCE,
                Capability.SUPPLY_DATE,
            ),
        )

    async def issue(self, invoice: ExternalId) -> None:
        await self._documents.post(number_of(invoice))

    async def set_dates(self, draft: ExternalId, dates: InvoiceDates) -> None:
        stored = await self._documents.read(draft)
        if not stored.is_draft:
            raise CHECKS.draft(draft)
        await self._documents.set_dates(stored, dates)

    async def read_invoice(self, invoice: ExternalId) -> Invoice:
        return await self._documents.whole(await self._documents.read(invoice))

    async def changed_since(self, since: datetime) -> Sequence[ChangedInvoice]:
        """Reads page by page in the order of ids, which stay while records change."""
        found: list[StoredInvoice] = []
        while True:
            page = await self._changes(since - OVERLAP, found[-1].id if found else 0)
            found += page
            if len(page) < self._client.settings.page_size:
                break
        invoices = [row for row in found if row.untaxed_amount >= 0]
        read, references = await self._documents.reader(invoices), self._client.references

        def to_change(row: StoredInvoice) -> ChangedInvoice:
            subject = references.subject(row.reference)
            return ChangedInvoice(subject=subject, invoice=read(row), changed_at=row.changed_at)

        return sorted(readable(invoices, to_change), key=lambda change: change.changed_at)

    async def other_installations(self) -> frozenset[str]:
        """One of those that made documents here, as its reference tells."""
        references = self._client.references
        found = await self._documents.search(
            ["reference", "like", f"{references.any_prefix}%"],
            ["reference", "not like", f"{references.prefix}%"],
            limit=1,
        )
        return references.others(row.reference for row in found)

    async def probe(self) -> Probe:
        return await probe(self._client, self._chart)

    async def _changes(self, since: datetime, after: int) -> list[StoredInvoice]:
        """Asks for changed payments too: a reversed one changes only its own line."""
        fields = ("write_date", "payment_lines.write_date")
        return await self._documents.search(
            ["id", ">", after],
            ["reference", "like", f"{self._client.references.prefix}%"],
            ["number", "!=", None],
            ["state", "in", ["posted", "paid", "cancelled"]],
            ["OR", *([field, ">=", moment(since)] for field in fields)],
            limit=self._client.settings.page_size,
        )
