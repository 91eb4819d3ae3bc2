"""Every path of the API and the desk that serves it."""

from collections.abc import Callable
from typing import TypeAlias

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.vendor import Route
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.connections import Connections
from testbed.vendors.xero.desks.bank import BankDesk
from testbed.vendors.xero.desks.catalogue import CatalogueDesk
from testbed.vendors.xero.desks.contacts import ContactDesk
from testbed.vendors.xero.desks.credits import CreditDesk
from testbed.vendors.xero.desks.documents import DocumentDesk
from testbed.vendors.xero.desks.notes import NoteDesk
from testbed.vendors.xero.desks.paper import PaperDesk
from testbed.vendors.xero.desks.payments import PaymentDesk
from testbed.vendors.xero.desks.settings import SettingsDesk
from testbed.vendors.xero.identity import Identity
from testbed.vendors.xero.rules.kinds import CREDIT_NOTE, INVOICE
from testbed.vendors.xero.wire import shapes

Endpoint: TypeAlias = Callable[[Call], Answer]
Guard: TypeAlias = Callable[[Call, Endpoint], Answer]
Table: TypeAlias = dict[str, Endpoint]

BASE = "/api.xro/2.0"
OPEN = frozenset({"/connect/token", "/connect/revocation", "/identity/connect/authorize"})
_NUMBERS = {
    "Invoices": "InvoiceNumber",
    "CreditNotes": "CreditNoteNumber",
    "Contacts": "ContactNumber",
}
_WITH_FILES = ("Invoices", "CreditNotes", "Contacts", "BankTransactions")
_NOTED = (*_WITH_FILES, "Payments", "Overpayments", "Prepayments")


def identity_routes(identity: Identity, connections: Connections) -> list[Route]:
    def find(call: Call) -> Answer:
        return connections.find(identity.grant(call).app)

    def delete(call: Call) -> Answer:
        return connections.delete(call, identity.grant(call).app)

    return [
        Route("/connect/token", identity.token, methods=["POST"]),
        Route("/connect/revocation", identity.revoke, methods=["POST"]),
        Route("/identity/connect/authorize", identity.authorise, methods=["GET"]),
        Route("/connections", find, methods=["GET"]),
        Route("/connections/{id}", delete, methods=["DELETE"]),
    ]


def accounting_routes(books: Books, guard: Guard) -> list[Route]:
    """The routes below the base, each behind the guard."""
    table = _settings(SettingsDesk(books)) | _contacts(ContactDesk(books))
    table |= _catalogue(CatalogueDesk(books)) | _money(books) | _documents(books) | _notes(books)
    return [_route(line, endpoint, guard) for line, endpoint in table.items()]


def is_paper(call: Call, accepted: str) -> bool:
    """Whether something else than JSON is asked for where it can be had."""
    as_pdf = "application/pdf" in accepted and call.template.endswith("s/{id}")
    return as_pdf or (call.method == "GET" and "{file}" in call.template)


def _route(line: str, endpoint: Endpoint, guard: Guard) -> Route:
    method, path = line.split()

    def guarded(call: Call) -> Answer:
        return guard(call, endpoint)

    return Route(f"{BASE}{path}", guarded, methods=[method])


def _settings(desk: SettingsDesk) -> Table:
    return {
        "GET /Organisation": desk.organisation,
        "GET /Organisation/Actions": desk.actions,
        "GET /Accounts": desk.accounts,
        "GET /Accounts/{id}": desk.account,
        "GET /TaxRates": desk.tax_rates,
        "GET /Currencies": desk.currencies,
        "GET /BrandingThemes": desk.branding_themes,
        "GET /Items": desk.items,
        "GET /Items/{id}": desk.item,
        "GET /TrackingCategories": desk.categories,
        "GET /TrackingCategories/{id}": desk.category,
    }


def _catalogue(desk: CatalogueDesk) -> Table:
    return {
        "PUT /Items": desk.save_items,
        "POST /Items": desk.save_items,
        "PUT /TaxRates": desk.create_tax_rate,
        "PUT /TrackingCategories": desk.create_category,
        "PUT /TrackingCategories/{id}/Options": desk.create_option,
    }


def _contacts(desk: ContactDesk) -> Table:
    return {
        "GET /Contacts": desk.find,
        "PUT /Contacts": desk.create,
        "POST /Contacts": desk.upsert,
        "GET /Contacts/{id}": desk.read,
        "POST /Contacts/{id}": desk.update,
    }


def _documents(books: Books) -> Table:
    table: Table = {}
    for kind, shape in ((INVOICE, shapes.INVOICES), (CREDIT_NOTE, shapes.CREDIT_NOTES)):
        desk = DocumentDesk(kind, shape, books)
        table |= {
            f"GET /{kind.plural}": desk.find,
            f"PUT /{kind.plural}": desk.create,
            f"POST /{kind.plural}": desk.upsert,
            f"GET /{kind.plural}/{{id}}": PaperDesk(desk, books).read,
            f"POST /{kind.plural}/{{id}}": desk.update,
        }
    paper = PaperDesk(DocumentDesk(INVOICE, shapes.INVOICES, books), books)
    return table | {
        "GET /Invoices/{id}/OnlineInvoice": paper.online,
        "POST /Invoices/{id}/Email": paper.email,
    }


def _money(books: Books) -> Table:
    payments, bank = PaymentDesk(books), BankDesk(books)
    table: Table = {
        "GET /Payments": payments.find,
        "PUT /Payments": payments.create,
        "POST /Payments": payments.create,
        "GET /Payments/{id}": payments.read,
        "POST /Payments/{id}": payments.reverse,
        "GET /BankTransactions": bank.find,
        "PUT /BankTransactions": bank.create,
        "GET /BankTransactions/{id}": bank.read,
    }
    for shape in (shapes.CREDIT_NOTES, shapes.OVERPAYMENTS, shapes.PREPAYMENTS):
        table = _credits(CreditDesk(shape, books), shape.kind) | table
    return table


def _credits(desk: CreditDesk, kind: str) -> Table:
    """What is read and set against invoices; for credit notes the documents' reads prevail."""
    return {
        f"GET /{kind}": desk.find,
        f"GET /{kind}/{{id}}": desk.read,
        f"PUT /{kind}/{{id}}/Allocations": desk.allocate,
        f"DELETE /{kind}/{{id}}/Allocations/{{allocation}}": desk.take_back,
    }


def _notes(books: Books) -> Table:
    table: Table = {}
    for kind in _NOTED:
        desk = NoteDesk(kind, _NUMBERS.get(kind), books)
        table |= {
            f"GET /{kind}/{{id}}/History": desk.notes,
            f"PUT /{kind}/{{id}}/History": desk.add_note,
        }
        if kind in _WITH_FILES:
            table |= _files(f"/{kind}/{{id}}/Attachments", desk)
    return table


def _files(path: str, desk: NoteDesk) -> Table:
    return {
        f"GET {path}": desk.files,
        f"GET {path}/{{file}}": desk.file,
        f"PUT {path}/{{file}}": desk.attach,
        f"POST {path}/{{file}}": desk.attach,
    }
