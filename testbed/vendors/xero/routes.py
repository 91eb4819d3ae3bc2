"""The operations that the testbed's Xero serves."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.vendor import Route
from testbed.vendors.xero.handlers.allocations import AllocationHandler
from testbed.vendors.xero.handlers.contacts import ContactHandler
from testbed.vendors.xero.handlers.documents import DocumentHandler
from testbed.vendors.xero.handlers.payments import PaymentHandler
from testbed.vendors.xero.handlers.settings import SettingsHandler
from testbed.vendors.xero.identity import Identity
from testbed.vendors.xero.records import Records
from testbed.vendors.xero.rules.kinds import CREDIT_NOTE, INVOICE

Endpoint: TypeAlias = Callable[[Call], Response]
Guard: TypeAlias = Callable[[Endpoint, Call], Response]

BASE = "/api.xro/2.0"
TOKEN = "/connect/token"


def identity_routes(identity: Identity) -> list[Route]:
    return [
        Route(TOKEN, identity.token, methods=["POST"]),
        Route("/connections", identity.connections, methods=["GET"]),
    ]


def accounting_routes(records: Records, guard: Guard) -> list[Route]:
    """The routes of the Accounting API, each behind the guard."""
    settings, contacts = SettingsHandler(records), ContactHandler(records)
    invoices, notes = DocumentHandler(INVOICE, records), DocumentHandler(CREDIT_NOTE, records)
    allocations, payments = AllocationHandler(records), PaymentHandler(records)
    table: dict[str, Endpoint] = {
        "GET /Organisation": settings.organisation,
        "GET /Accounts": settings.find,
        "GET /TaxRates": settings.find,
        "GET /Currencies": settings.find,
        "GET /Contacts": contacts.find,
        "PUT /Contacts": contacts.create,
        "GET /Contacts/{id}": contacts.read,
        "POST /Contacts/{id}": contacts.update,
        "GET /Invoices": invoices.find,
        "PUT /Invoices": invoices.create,
        "GET /Invoices/{id}": invoices.read,
        "POST /Invoices/{id}": invoices.update,
        "GET /CreditNotes": notes.find,
        "PUT /CreditNotes": notes.create,
        "GET /CreditNotes/{id}": notes.read,
        "PUT /CreditNotes/{id}/Allocations": allocations.create,
        "GET /Payments": payments.find,
        "PUT /Payments": payments.create,
        "POST /Payments/{id}": payments.reverse,
    }
    return [_route(line, endpoint, guard) for line, endpoint in table.items()]


def _route(line: str, endpoint: Endpoint, guard: Guard) -> Route:
    method, path = line.split()
    return Route(f"{BASE}{path}", partial(guard, endpoint), methods=[method])
