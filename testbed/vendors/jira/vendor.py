"""The vendor server of one Jira Cloud site, at its own address and at the gateway."""

from collections.abc import Mapping, Sequence
from typing import Any

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import RecordChange, Store
from testbed.vendors.common.vendor import Route, Vendor
from testbed.vendors.common.webhooks import Hooks
from testbed.vendors.jira import endpoints, oauth
from testbed.vendors.jira.access import ANONYMOUS, Access
from testbed.vendors.jira.business_key import business_key
from testbed.vendors.jira.errors import refuse, translated
from testbed.vendors.jira.handlers import ENDPOINTS
from testbed.vendors.jira.limits import JiraLimits
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.site import Site
from testbed.vendors.jira.webhook_delivery import WebhookDelivery
from testbed.vendors.jira.webhook_events import deliveries


class Jira(Vendor):
    """A site with the users and templates of the seed.

    Options: `limits` (false, or sizes such as `{"POST": 10}`), `language` of refusals,
    `webhook_pause_seconds` (300) before the first retry, and `site`, whose members replace those
    of the seed.
    """

    name = "jira"

    def __init__(self, store: Store, options: Mapping[str, Any], clock: Clock) -> None:
        super().__init__(store, options, clock)
        self._site = Site(store, options, clock)
        self._tokens = oauth.token_server(store, clock, self._site)
        self._access = Access(self._site, self._tokens)
        self._limits = JiraLimits(clock, self._site.facts["cloudId"], options.get("limits"))
        pause = float(options.get("webhook_pause_seconds", 300))
        self.hooks: Hooks = Hooks(store, clock, WebhookDelivery(pause))

    @property
    def routes(self) -> Sequence[Route]:
        token = Route(oauth.TOKEN_PATH, oauth.token_handler(self._tokens), methods=["POST"])
        return [token, *endpoints.routes(ENDPOINTS, self._site)]

    def key(self, call: Call) -> str:
        return business_key(call)

    def authenticate(self, call: Call) -> str:
        return self._access.authenticate(call)

    def check_limits(self, call: Call) -> None:
        self._limits.check(call)

    def throttled(self, call: Call, retry_after: int | None) -> Response:
        return self._limits.refuse(call, retry_after)

    def expire(self, call: Call) -> Response | None:
        return self._access.expire(call)

    def broken(self, _call: Call) -> Response:
        return refuse("Internal server error", status=500).answer

    def decorate(self, call: Call, answer: Response) -> None:
        if call.actor == ANONYMOUS and call.headers.get("authorization", "").startswith("Basic "):
            answer.headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
        self._limits.count_objects(call, answer)
        if answer.status != 429:
            answer.headers |= self._limits.headers(call)
        answer.body = translated(answer.body, str(self.options.get("language", "en_US")))

    def before_commit(self, call: Call, changes: list[RecordChange]) -> None:
        for delivery in deliveries(RequestContext(self._site, call), changes):
            self.hooks.enqueue(delivery)
