"""HubSpot as a vendor of the testbed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.routing import Route

from testbed.vendors.common.call import Call, Refusal, Response, Unreadable
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.rate_limits import Limit, RateLimits
from testbed.vendors.common.state import RecordChange, Store
from testbed.vendors.common.tokens import Application, InvalidToken, TokenRules, TokenServer
from testbed.vendors.common.vendor import Vendor
from testbed.vendors.common.webhooks import Hooks
from testbed.vendors.hubspot import errors, scopes, seeding
from testbed.vendors.hubspot.business_keys import business_key
from testbed.vendors.hubspot.handlers import oauth
from testbed.vendors.hubspot.handlers.account import AccountHandler
from testbed.vendors.hubspot.handlers.associations import AssociationHandler
from testbed.vendors.hubspot.handlers.batches import BatchHandler
from testbed.vendors.hubspot.handlers.handler import Account, source
from testbed.vendors.hubspot.handlers.objects import ObjectHandler
from testbed.vendors.hubspot.handlers.properties import PropertyHandler
from testbed.vendors.hubspot.handlers.property_groups import PropertyGroupHandler
from testbed.vendors.hubspot.handlers.search import SearchHandler
from testbed.vendors.hubspot.object_types import object_type
from testbed.vendors.hubspot.search_index import SearchIndex
from testbed.vendors.hubspot.webhooks import WebhookDelivery, events

_APP = Application(
    id="cashward-hubspot",
    secret="hubspot-demo-secret",
    actor="cashward",
    scopes=scopes.CASHWARD,
    refresh_token="na1-refresh-demo",
)
_STATIC_TOKENS = {
    "pat-na1-cashward-demo": {"actor": "cashward", "scopes": scopes.CASHWARD},
    "pat-na1-sales-demo": {"actor": "sales", "scopes": scopes.EVERYTHING},
}
_TOKEN_RULES = TokenRules(
    grants=frozenset({"refresh_token"}),
    access_life=1800,
)
# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
_LIMITS = (
    Limit(name="burst", most=190, seconds=10),  # a private app of a Professional account
    Limit(name="oauth_burst", most=110, seconds=10),
    Limit(name="search", most=5, seconds=1),
    Limit(name="daily", most=650_000, seconds=86_400, is_fixed=True),
)
_POLICIES = {"search": "SECONDLY", "daily": "DAILY"}
_BURST_POLICY = "TEN_SECONDLY_ROLLING"


class HubSpot(Vendor):
    """Serves the v3 and v4 paths and their dated aliases of one account.

    Options: `search_lag` (0.25 s behind the records), `limits` (false, or sizes by name such as
    `{"burst": 100}`), `tokens` (static tokens with actor and scopes), `webhooks` (`url`, `secret`).
    """

    name = "hubspot"

    def __init__(self, store: Store, options: Mapping[str, Any], clock: Clock) -> None:
        super().__init__(store, options, clock)
        self.account = Account(store, clock)
        self.tokens = TokenServer(store, clock, [_APP], _TOKEN_RULES)
        self.limits = RateLimits(clock, _LIMITS, options.get("limits"))
        self.index = SearchIndex(store, clock, float(options.get("search_lag", 0.25)))
        self._static_tokens = options.get("tokens", _STATIC_TOKENS)
        asked = options.get("webhooks")
        self.hooks = Hooks(store, clock, WebhookDelivery(asked, clock)) if asked else None
        self._load()

    def _load(self) -> None:
        self.account.schema.refresh()
        self.index.load()

    @property
    def routes(self) -> Sequence[Route]:
        account = self.account
        objects = ObjectHandler(account)
        handlers = (
            BatchHandler(account, objects),
            SearchHandler(account, self.index),
            AssociationHandler(account),
            objects,
            PropertyGroupHandler(account),
            PropertyHandler(account),
            AccountHandler(account),
            oauth.OAuthHandler(self.tokens),
        )
        return [route for handler in handlers for route in handler.routes()]

    def seed(self) -> None:
        seeding.seed(self.store)
        self._load()

    def template(self, call: Call) -> str:
        """The operation names the object type: `PATCH /crm/v3/objects/deals/{id}`."""
        text = call.template
        for name in ("type", "to_type"):
            if found := object_type(call.params.get(name, "")):
                text = text.replace(f"{{{name}}}", found.name)
        return text

    def key(self, call: Call) -> str:
        return business_key(call)

    def authenticate(self, call: Call) -> str:
        if call.template in oauth.PATHS:
            return call.form.get("client_id", "")
        token = call.bearer
        if known := self._static_tokens.get(token):
            call.scopes = frozenset(known["scopes"])
            return str(known["actor"])
        try:
            found = self.tokens.find(token)
        except InvalidToken as wrong:
            if wrong.expired_at is None:
                raise errors.unauthenticated() from wrong
            since = datetime.fromtimestamp(wrong.expired_at, UTC)
            raise Refusal(errors.expired(since, call.at)) from wrong
        call.scopes, call.application = found.scopes, found.client.id
        return found.client.actor

    def check_limits(self, call: Call) -> None:
        full = self.limits.spend(self._counted(call))
        if full:
            policy = _POLICIES.get(full.limit.name, _BURST_POLICY)
            raise Refusal(errors.throttled(policy))
        if needed := scopes.missing(call, call.scopes):
            raise errors.missing_scopes(needed)

    def _counted(self, call: Call) -> dict[str, str]:
        """The limits that a call counts in: its application's burst, or the account's search."""
        if call.template in oauth.PATHS:
            return {}
        if call.path.endswith("/search"):
            return {"search": "account"}
        burst = "oauth_burst" if call.application else "burst"
        return {burst: call.application or call.actor, "daily": "account"}

    def throttled(self, call: Call, retry_after: int | None) -> Response:
        policy = "SECONDLY" if call.path.endswith("/search") else _BURST_POLICY
        return errors.throttled(policy, retry_after)

    def expire(self, call: Call) -> Response | None:
        return errors.expired(call.at, call.at) if self.tokens.expire(call.bearer) else None

    def broken(self, _call: Call) -> Response:
        return Response(500, errors.envelope("internal error", "INTERNAL_ERROR"))

    def unreadable(self, _call: Call, error: Unreadable) -> Response:
        return Response(400, errors.envelope(f"Invalid input JSON on line 1, column 1: {error}"))

    def decorate(self, call: Call, answer: Response) -> None:
        """Add the headers of the burst limit; search answers have none."""
        body = answer.body if isinstance(answer.body, dict) else {}
        answer.headers["x-hubspot-correlation-id"] = body.get("correlationId") or str(uuid4())
        burst, key = next(iter(self._counted(call).items()), ("", ""))
        if call.actor and burst.endswith("burst"):
            answer.headers |= {
                "X-HubSpot-RateLimit-Max": str(self.limits[burst].most),
                "X-HubSpot-RateLimit-Remaining": str(self.limits.remaining(burst, key)),
                "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            }

    def before_commit(self, call: Call, changes: list[RecordChange]) -> None:
        self.index.add(changes)
        if self.hooks:
            for event in events(self.store, changes, source(call)):
                self.hooks.enqueue(event)
