"""The testbed's Xero: authentication, limits and headers around its operations."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import uuid4

from testbed.vendors.common.call import Call, Refusal, Response, Unreadable
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import RecordChange, Store
from testbed.vendors.common.vendor import Route, Vendor, page
from testbed.vendors.xero import errors, identity, seed
from testbed.vendors.xero.idempotency import Idempotency
from testbed.vendors.xero.identity import TENANT, Identity
from testbed.vendors.xero.limits import XeroLimits, too_many
from testbed.vendors.xero.records import Records
from testbed.vendors.xero.routes import BASE, TOKEN, Endpoint, accounting_routes, identity_routes
from testbed.vendors.xero.webhooks import Webhooks
from testbed.vendors.xero.wire import pdf
from testbed.vendors.xero.wire.requests import elements

_NAMES = ("Reference", "InvoiceNumber", "ContactNumber", "Name")
_QUERIES = ("IDs", "where", "searchTerm")


class Xero(Vendor):
    """Serves the identity service and the Accounting API 2.0 of one organisation.

    Options: `limits` (false, or other sizes of the rate windows) and `webhooks`.
    """

    name: ClassVar[str] = "xero"
    any_case: ClassVar[bool] = True

    def __init__(self, store: Store, options: Mapping[str, Any], clock: Clock) -> None:
        super().__init__(store, options, clock)
        self.records = Records(store, clock)
        self.identity = Identity(store, clock)
        self.limits = XeroLimits(clock, options.get("limits"))
        self.idempotency = Idempotency(store)
        receiver = options.get("webhooks")
        self.hooks: Webhooks | None = Webhooks(store, clock, receiver) if receiver else None

    @property
    def routes(self) -> Sequence[Route]:
        return [*identity_routes(self.identity), *accounting_routes(self.records, self._guard)]

    def seed(self) -> None:
        seed.fill(self.records)

    def key(self, call: Call) -> str:
        if call.template == TOKEN:
            return identity.app_of(call)
        queried = next((call.query[name] for name in _QUERIES if name in call.query), "")
        return _name_in_body(call) or call.params.get("id", "") or queried

    def authenticate(self, call: Call) -> str:
        if call.template == TOKEN:
            return self.identity.actor(call)
        token = self.identity.read(call)
        if call.template.startswith(BASE):
            # Xero lets a custom connection leave the tenant out.
            if call.headers.get("Xero-Tenant-Id", TENANT["id"]) != TENANT["id"]:
                raise Refusal(errors.problem(403, "Forbidden", "AuthenticationUnsuccessful"))
            resource = call.template.removeprefix(f"{BASE}/").partition("/")[0]
            if not identity.allows(token.scopes, call.method, resource):
                raise Refusal(errors.problem(401, "Unauthorized", "AuthorizationUnsuccessful"))
        return token.client.actor

    def check_limits(self, call: Call) -> None:
        if call.template.startswith(BASE):
            self.limits.check(call.actor)

    def finish(self, call: Call) -> None:
        if call.template.startswith(BASE):
            self.limits.finish(call.actor)

    def throttled(self, _call: Call, retry_after: int | None) -> Response:
        return too_many("minute", retry_after)

    def expire(self, call: Call) -> Response | None:
        return self.identity.expire(call)

    def broken(self, call: Call) -> Response:
        """500. Xero keeps this answer too under an idempotency key."""
        answer = page(500, b"An error occurred")
        if call.template.startswith(BASE):
            self.idempotency.store(call, answer)
        return answer

    def unreadable(self, _call: Call, error: Unreadable) -> Response:
        return errors.bad_body(str(error)).answer

    def unknown(self, _call: Call) -> Response:
        return errors.not_found().answer

    def wrong_method(self, _call: Call) -> Response:
        return Response(501, b"The method is not implemented", {"Content-Type": "text/plain"})

    def decorate(self, call: Call, answer: Response) -> None:
        answer.headers["Xero-Correlation-Id"] = str(uuid4())
        if call.actor:
            tenant = call.template.startswith(BASE)
            answer.headers |= self.limits.headers(call.actor, tenant=tenant)

    def before_commit(self, call: Call, changes: list[RecordChange]) -> None:
        if self.hooks:
            self.hooks.tell(call, changes)

    def _guard(self, endpoint: Endpoint, call: Call) -> Response:
        accepted = call.headers.get("Accept", "")
        if "application/json" not in accepted and pdf.MEDIA_TYPE not in accepted:
            raise errors.not_acceptable()
        return self.idempotency.once(call, endpoint)


def _name_in_body(call: Call) -> str:
    """The business name of the first element of a write."""
    if call.method == "GET" or not call.body:
        return ""
    kind = next(part for part in reversed(call.template.split("/")) if "{" not in part)
    first = elements(call, kind)[0]
    return next((str(first[name]) for name in _NAMES if first.get(name)), "")
