"""The calls that the Xero connector makes: sign-in, tenant, paging, documents and contacts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

from connectors.common import (
    Anonymous,
    Api,
    ApiProfile,
    ClientCredentials,
    References,
    Response,
    TokenEndpoint,
    VendorClient,
    open_http,
)
from connectors.common.http import Body
from connectors.xero.errors import explain
from connectors.xero.models.contacts import Contact
from connectors.xero.models.documents import (
    CHECKS,
    D,
    Links,
    Status,
    StoredCreditNote,
    StoredInvoice,
)
from connectors.xero.models.filters import all_of, equal
from connectors.xero.models.json import Connection, M, Page, wrapped
from connectors.xero.models.new_documents import DatesUpdate, InvoiceUpdate
from connectors.xero.settings import LARGEST_PAGE, XeroSettings
from domain.ids import ExternalId
from domain.invoice import InvoiceDates
from ports.failures import Absent, Misconfigured

SYSTEM: Final = "xero"
_ROOT = "/api.xro/2.0"
_PROFILE = ApiProfile(explain=explain, pause=timedelta(seconds=1), request_id="Xero-Correlation-Id")
# Unit amounts with four decimals, docs/accounting/invoices (unitdp)
IN_FULL: Final[Mapping[str, str]] = {"unitdp": "4"}
# Xero forgets a key six minutes after the first call, docs/idempotent-requests; a minute less, for
# clocks and slow calls.
KEY_LIFETIME: Final = timedelta(minutes=5)
# If-Modified-Since counts whole seconds, docs/accounting/requests-and-responses
_ONE_SECOND = timedelta(seconds=1)
Query = Mapping[str, str | int]


class XeroClient(VendorClient[XeroSettings]):
    """The calls to one tenant. PUT creates and POST updates by id, so each is its own method."""

    def __init__(self, api: Api, settings: XeroSettings, references: References) -> None:
        super().__init__(api, settings, references)
        self.links = Links(
            app=str(settings.app_url).rstrip("/"), api=str(settings.url).rstrip("/") + _ROOT
        )
        self._tenant_id = settings.tenant_id

    async def read_tenant(self) -> str:
        if not self._tenant_id:
            self._tenant_id = await self._only_tenant()
        return self._tenant_id

    async def read(
        self,
        path: str,
        *parts: str,
        query: Query | None = None,
        changed_after: datetime | None = None,
    ) -> Response:
        headers = await self._headers()
        if changed_after:
            headers["If-Modified-Since"] = f"{changed_after:%Y-%m-%dT%H:%M:%S}"
        return await self.api.get(_ROOT + path, *parts, query=query, headers=headers)

    async def create(
        self, path: str, *parts: str, body: Body, query: Query | None = None, key: str = ""
    ) -> Response:
        """Create records; for six minutes, Xero repeats its response to a `key`, even an error."""
        headers = await self._headers() | ({"Idempotency-Key": key} if key else {})
        return await self.api.put(
            _ROOT + path, *parts, query=_strict(query), body=body, headers=headers
        )

    async def update(
        self, path: str, *parts: str, body: Body, query: Query | None = None
    ) -> Response:
        return await self.api.post(
            _ROOT + path, *parts, query=_strict(query), body=body, headers=await self._headers()
        )

    async def all(self, name: str, of: type[list[M]], query: Query) -> list[M]:
        """A whole list, such as `Invoices`, page after page."""
        found: list[M] = []
        page = 1
        while True:
            response = await self.read(f"/{name}", query={**query, "page": page})
            found += response.read(of, name)
            if response.read(Page).is_last:
                return found
            page += 1

    async def changes(
        self, name: str, of: type[list[D]], since: datetime, **query: str
    ) -> AsyncIterator[D]:
        """The documents changed since then, oldest change first; some come twice.

        It reads by keyset: each page starts at the last change of the page before. A second page
        of a list that is sorted by a moving column could skip rows. Where one second fills a page,
        that second is read in the largest page, and only then page by page.
        """
        start, page, size = since, 1, self.settings.page_size
        while True:
            order: Query = {"order": "UpdatedDateUTC ASC", "page": page, "pageSize": size}
            # Xero does not say whether If-Modified-Since includes the second itself.
            response = await self.read(
                f"/{name}", query={**IN_FULL, **query, **order}, changed_after=start - _ONE_SECOND
            )
            rows = response.read(of, name)
            for row in rows:
                yield row
            if response.read(Page).is_last or not rows:
                return
            last = rows[-1].updated_date_utc
            if last - start > _ONE_SECOND:
                start, page, size = last, 1, self.settings.page_size
            else:
                page, size = (1, LARGEST_PAGE) if size < LARGEST_PAGE else (page + 1, size)

    async def delete_draft(self, id: ExternalId) -> None:
        """Delete a draft; raises Rejected if it was issued, and changes nothing if it is gone."""
        try:
            stored = await self.invoice(id)
        except Absent:
            return
        if stored.is_gone:
            return
        if not stored.is_draft:
            raise CHECKS.issued(stored.invoice_number)
        await self.set_status(id, "DELETED")

    async def invoice(self, id: ExternalId) -> StoredInvoice:
        response = await self.read("/Invoices/{}", id, query=IN_FULL)
        return response.read(tuple[StoredInvoice], "Invoices")[0]

    async def credit_note(self, id: ExternalId) -> StoredCreditNote:
        response = await self.read("/CreditNotes/{}", id, query=IN_FULL)
        return response.read(tuple[StoredCreditNote], "CreditNotes")[0]

    async def invoices(self, reference: str) -> list[StoredInvoice]:
        """All invoices with our reference: issued ones first, and each oldest first."""
        where = all_of(equal("Type", "ACCREC"), equal("Reference", reference))
        found = await self.all("Invoices", list[StoredInvoice], {**IN_FULL, "where": where})
        # Xero ignores case and accents, so another reference may be among them.
        ours = (row for row in found if row.reference == reference)
        return sorted(ours, key=lambda invoice: invoice.age)

    async def set_status(self, id: ExternalId, status: Status) -> StoredInvoice:
        """Changes the status and nothing else."""
        body = wrapped("Invoices", InvoiceUpdate(invoice_id=id, status=status))
        response = await self.update("/Invoices/{}", id, query=IN_FULL, body=body)
        return response.read(tuple[StoredInvoice], "Invoices")[0]

    async def set_dates(self, draft: StoredInvoice, dates: InvoiceDates) -> None:
        """Changes the dates and nothing else."""
        body = wrapped("Invoices", DatesUpdate.of(draft, dates))
        await self.update("/Invoices/{}", draft.invoice_id, query=IN_FULL, body=body)

    async def contact(self, id: str) -> Contact:
        response = await self.read("/Contacts/{}", id)
        return response.read(tuple[Contact], "Contacts")[0]

    async def contacts(self, **query: str) -> list[Contact]:
        """All that the query finds, archived ones too; a successor stands for a merged one."""
        query["includeArchived"] = "true"
        found = await self.all("Contacts", list[Contact], query)
        return [await self._current(contact) for contact in found]

    async def _current(self, contact: Contact) -> Contact:
        if not contact.merged_to_contact_id:
            return contact
        successor = await self.contact(contact.merged_to_contact_id)
        return successor.model_copy(update={"contact_number": contact.contact_number})

    async def _headers(self) -> dict[str, str]:
        return {"Xero-Tenant-Id": await self.read_tenant()}

    async def _only_tenant(self) -> str:
        found = (await self.api.get("/connections")).read(list[Connection])
        if len(found) == 1:
            return found[0].tenant_id
        names = ", ".join(f"{each.tenant_name} ({each.tenant_id})" for each in found) or "none"
        raise Misconfigured(
            self.system,
            "set tenant_id: the app must know which organisation it works for, and it is "
            f"connected to {names}",
        )


@asynccontextmanager
async def open_client(settings: XeroSettings, references: References) -> AsyncIterator[XeroClient]:
    """Sends nothing before the first call."""
    async with open_http(str(settings.url), settings.http) as http:
        tokens, url = Api(SYSTEM, http, Anonymous()), f"{settings.identity}/connect/token"
        endpoint = TokenEndpoint(tokens, url, settings.client_id, settings.secret())
        auth = ClientCredentials(endpoint, settings.scope)
        api = Api(SYSTEM, http, auth, _PROFILE)
        yield XeroClient(api, settings, references)


def _strict(query: Query | None) -> Query:
    # Xero's pages disagree on the default; with `true` one bad element refuses the request.
    return {"summarizeErrors": "true", **(query or {})}
