"""The operations that the testbed's Xero serves."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.common.vendor import Route
from testbed.vendors.xero.handlers.allocations import AllocationHandler
from testbed.vendors.xero.handlers.contacts import ContactHandler
from testbed.vendors.xero.handlers.documents import DocumentHandler
from testbed.vendors.xero.handlers.payments import PaymentHandler
from testbed.vendors.xero.handlers.settings import SettingsHandler
from testbed.vendors.xero.identity import Identity
from testbed.vendors.xero.records import Records
from testbed.vendors.xero.rules.kinds import CREDIT_NOTE, INVOICE

Endpoint: TypeAlias = Callable[[Call], Answer]
Guard: TypeAlias = Callable[[Endpoint, Call], Answer]

BASE = "/api.xro/2.0"
TOKEN = "/connect/token"


def identity_routes(identity: Identity) -> list[Route]:
    return [
        Route(TOKEN, identity.token, methods=["POST"]),
        Route("/connections", identity.connections, methods=["GET"]),
    ]


def accounting_routes(records: Records, guard: Guard) -> list[Route]:
    """The routes of the Accounting API, each behind the guard."""
    table = _settings(SettingsHandler(records)) | _contacts(ContactHandler(records))
    table |= _documents(records) | _money(records)
    return [_route(line, endpoint, guard) for line, endpoint in table.items()]


def _route(line: str, endpoint: Endpoint, guard: Guard) -> Route:
    method, path = line.split()
    return Route(f"{BASE}{path}", partial(guard, endpoint), methods=[method])


def _settings(handler: SettingsHandler) -> dict[str, Endpoint]:
    return {
        "GET /Organisation": handler.organisation,
        "GET /Accounts": handler.find,
        "GET /TaxRates": handler.find,
        "GET /Currencies": handler.find,
    }


def _contacts(handler: ContactHandler) -> dict[str, Endpoint]:
    return {
        "GET /Contacts": handler.find,
        "PUT /Contacts": handler.create,
        "GET /Contacts/{id}": handler.read,
        "POST /Contacts/{id}": handler.update,
    }


def _documents(records: Records) -> dict[str, Endpoint]:
    invoices = DocumentHandler(INVOICE, records)
    credit_notes = DocumentHandler(CREDIT_NOTE, records)
    return {
        "GET /Invoices": invoices.find,
        "PUT /Invoices": invoices.create,
        "GET /Invoices/{id}": invoices.read,
        "POST /Invoices/{id}": invoices.update,
        "GET /CreditNotes": credit_notes.find,
        "PUT /CreditNotes": credit_notes.create,
        "GET /CreditNotes/{id}": credit_notes.read,
        "PUT /CreditNotes/{id}/Allocations": AllocationHandler(records).create,
    }


def _money(records: Records) -> dict[str, Endpoint]:
    payments = PaymentHandler(records)
    return {
        "GET /Payments": payments.find,
        "PUT /Payments": payments.create,
    }
