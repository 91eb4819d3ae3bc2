"""The Xero of the sandbox: who may call what, and how each answer is dressed."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import uuid4

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Change, Store
from testbed.vendors.common.vendor import Route, Vendor, page
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.connections import Connections
from testbed.vendors.xero.hooks import Webhooks
from testbed.vendors.xero.idempotency import Idempotency
from testbed.vendors.xero.identity import Identity
from testbed.vendors.xero.limits import Limits, too_many
from testbed.vendors.xero.routes import BASE, OPEN, accounting_routes, identity_routes, is_paper
from testbed.vendors.xero.scopes import allows
from testbed.vendors.xero.seeding import TENANT, plant
from testbed.vendors.xero.wire.requests import elements

_NAMES = ("Reference", "InvoiceNumber", "CreditNoteNumber", "ContactNumber", "Name", "Code")
_LISTED = ("IDs", "InvoiceNumbers", "where", "searchTerm")


class Xero(Vendor):
    """Serves the identity service and the Accounting API 2.0 of one organisation."""

    name: ClassVar[str] = "xero"
    any_case: ClassVar[bool] = True

    def __init__(self, store: Store, options: Mapping[str, Any], clock: Clock) -> None:
        super().__init__(store, options, clock)
        self.books = Books(store, clock, options)
        self.connections = Connections(store, TENANT)
        self.identity = Identity(store, options, self.connections)
        self.limits = Limits(options.get("limits", False))
        self.idempotency = Idempotency(store)
        self.webhooks = _webhooks(store, options, clock)

    @property
    def routes(self) -> Sequence[Route]:
        identity = identity_routes(self.identity, self.connections)
        return [*identity, *accounting_routes(self.books, self._served)]

    def seed(self) -> None:
        plant(self.books)
        for app in self.identity.apps:
            self.connections.tie(app, self.books.now)

    def key(self, call: Call) -> str:
        if call.template in OPEN:
            return self.identity.app_of(call)
        listed = next((call.query[name] for name in _LISTED if name in call.query), "")
        return _named_in_body(call) or call.params.get("id", "") or listed

    def authenticate(self, call: Call) -> str:
        if call.template in OPEN:
            return self.identity.actor_of(call)
        try:
            grant = self.identity.grant(call)
        except LookupError as wrong:
            raise Refusal(refusals.unauthorised(str(wrong.args[0]))) from wrong
        if not call.template.startswith(BASE):
            return grant.actor
        tenant = call.headers.get("Xero-Tenant-Id", "")
        if not tenant and grant.is_custom_connection:
            tenant = TENANT["id"]
        if not self.connections.has(grant.app, tenant):
            raise Refusal(refusals.forbidden("AuthenticationUnsuccessful"))
        if not allows(grant.scopes, call.method, _resource(call)):
            raise Refusal(refusals.unauthorised("AuthorizationUnsuccessful"))
        return grant.actor

    def admit(self, call: Call) -> None:
        if call.template.startswith(BASE):
            self.limits.admit(call.actor, call.at)
            if self.options.get("offline"):
                raise Refusal(refusals.offline())

    def throttled(self, _call: Call, retry_after: int | None) -> Answer:
        return too_many("minute", retry_after)

    def expire(self, call: Call) -> Answer | None:
        if not self.identity.expire(call):
            return None
        at = call.at.strftime("%m/%d/%Y %H:%M:%S")
        return refusals.unauthorised(f"TokenExpired: token expired at {at}")

    def broken(self, call: Call) -> Answer:
        """500; under an idempotency key the vendor remembers that, too."""
        answer = page(500, b"An error occurred")
        if call.template.startswith(BASE):
            self.idempotency.keep(call, answer)
        return answer

    def unknown(self, _call: Call) -> Answer:
        return refusals.absent().answer

    def wrong_method(self, _call: Call) -> Answer:
        return Answer(501, b"The method is not implemented", {"Content-Type": "text/plain"})

    def dress(self, call: Call, answer: Answer) -> None:
        answer.headers["Xero-Correlation-Id"] = str(uuid4())
        if call.actor:
            tenant = call.template.startswith(BASE)
            answer.headers |= self.limits.headers(call.actor, tenant=tenant)

    def settled(self, call: Call, changes: list[Change]) -> None:
        if self.webhooks:
            self.webhooks.tell(changes, call.base_url)

    async def start(self) -> None:
        if self.webhooks:
            await self.webhooks.start()

    async def stop(self) -> None:
        if self.webhooks:
            await self.webhooks.stop()

    def _served(self, call: Call, endpoint: Any) -> Answer:  # noqa: ANN401  an endpoint
        accepted = call.headers.get("Accept", "")
        if "application/json" not in accepted and not is_paper(call, accepted):
            raise refusals.not_acceptable()
        return self.idempotency.once(call, endpoint)


def _webhooks(store: Store, options: Mapping[str, Any], clock: Clock) -> Webhooks | None:
    asked = options.get("webhooks")
    return Webhooks(store, clock, asked, TENANT["id"]) if asked else None


def _named_in_body(call: Call) -> str:
    """The name of the first element of a write."""
    if call.method not in {"PUT", "POST"} or not call.body or "{file}" in call.template:
        return ""
    kind = next(part for part in reversed(call.template.split("/")) if "{" not in part)
    first = elements(call, kind)[0]
    return next((str(first[name]) for name in _NAMES if first.get(name)), "")


def _resource(call: Call) -> str:
    parts = call.template.removeprefix(BASE).strip("/").split("/")
    return "Attachments" if "Attachments" in parts else parts[0]
