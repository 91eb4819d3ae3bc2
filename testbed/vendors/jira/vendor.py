"""Jira Cloud: one site, its REST API in versions 2 and 3, at the site and behind the gateway."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Change, Store
from testbed.vendors.common.vendor import Route, Vendor
from testbed.vendors.common.webhooks import Hooks
from testbed.vendors.jira import hooks, naming
from testbed.vendors.jira.api import properties
from testbed.vendors.jira.api.issue import (
    comments,
    issues,
    links,
    queries,
    remote_links,
    search,
    transitions,
    worklog_feeds,
    worklogs,
)
from testbed.vendors.jira.api.project import (
    components,
    endings,
    fields,
    listing,
    projects,
    roles,
    version_issues,
    versions,
)
from testbed.vendors.jira.api.site import lists, oauth, server, users, webhooks
from testbed.vendors.jira.core import clock, refusal
from testbed.vendors.jira.core.access import ANONYMOUS, LOGIN_REASON, Door
from testbed.vendors.jira.core.routes import Endpoint, bound
from testbed.vendors.jira.core.site import Site
from testbed.vendors.jira.core.visit import Visit
from testbed.vendors.jira.limits import Limits, throttled

# First match wins: what has a fixed path comes before what has a parameter in its place.
_MODULES = (
    server, lists, oauth, users, webhooks, listing, projects, endings, properties, roles,
    versions, version_issues, components, fields, links, remote_links, search, queries,
    transitions, worklogs, worklog_feeds, comments, issues,
)  # fmt: skip
ENDPOINTS: tuple[Endpoint, ...] = tuple(e for module in _MODULES for e in module.ENDPOINTS)


class Jira(Vendor):
    """A site called Lowfold, as faithful as its wire sheet and as faulty as a test wants it.

    Options: `search_lag` (0.5 s behind the records), `hidden_worklog_seconds` (60),
    `access_token_seconds` (3600), `limits` (false, or `{"burst": {"POST": 100}}`), `language`,
    `time_tracking` (true), `webhooks` (`url`, `secret`), `webhook_pause_seconds` (300), and `site`,
    whose members replace those of the seed, such as `{"plan": "free"}`.
    """

    name = "jira"

    def __init__(self, store: Store, options: Mapping[str, Any], clock_: Clock) -> None:
        super().__init__(store, options, clock_)
        self.site = Site(store, options, clock_)
        self._door = Door(self.site)
        self._limits = Limits(options)
        self._routes = bound(ENDPOINTS, self.site, self._door)
        self._reading = {(e.method, e.template) for e in ENDPOINTS if not e.changes}
        self._hooks = Hooks(store, clock_, hooks.Delivery(self.site))

    @property
    def routes(self) -> Sequence[Route]:
        return self._routes

    def seed(self) -> None:
        """The apps' first refresh tokens; all else about the site never changes."""
        tokens = self.store.collection("_refresh_tokens")
        for client in self.site.facts["oauth"]["clients"]:
            tokens.put(client["refreshToken"], {"client": client["id"]})

    async def start(self) -> None:
        await self._hooks.start()

    async def stop(self) -> None:
        await self._hooks.stop()

    def key(self, call: Call) -> str:
        return naming.key(call)

    def changes(self, call: Call) -> bool:
        template = call.template.removeprefix("/ex/jira/{cloud}")
        return call.method != "GET" and (call.method, template) not in self._reading

    def authenticate(self, call: Call) -> str:
        if call.template.startswith("/oauth/"):
            return "oauth"
        user = self._door.identify(call).user
        return str(user["actor"]) if user else ANONYMOUS

    def admit(self, call: Call) -> None:
        if self._limits.on and (full := self._limits.full(call, self.clock.seconds())):
            window, wait = full
            raise Refusal(self._throttled(window.reason, math.ceil(wait), window.most))

    def throttled(self, call: Call, retry_after: int | None) -> Answer:
        reason, most = "jira-burst-based", 100 if call.method in {"GET", "POST"} else 50
        return self._throttled(reason, retry_after, most)

    def _throttled(self, reason: str, retry_after: int | None, most: int) -> Answer:
        reset = self.site.now + 1000 * (retry_after or 0)
        return throttled(reason, retry_after, most, f"{clock.stamp(reset)[:19]}Z")

    def expire(self, call: Call) -> Answer | None:
        return self._door.expire(call)

    def broken(self, _call: Call) -> Answer:
        return refusal.say("Internal server error", status=500).answer

    def unknown(self, call: Call) -> Answer:
        detail = f"No endpoint {call.method} {call.path}."
        return refusal.problem(404, "Not Found", detail, call.path)

    def wrong_method(self, call: Call) -> Answer:
        allowed = sorted(
            {
                m
                for route in self._routes
                if route.path_regex.match(call.path)
                for m in _verbs(route)
            }
        )
        detail = f"Method '{call.method}' is not supported."
        headers = {"Allow": ", ".join(allowed)}
        return refusal.problem(405, "Method Not Allowed", detail, call.path, headers)

    def dress(self, call: Call, answer: Answer) -> None:
        if call.actor == ANONYMOUS and call.headers.get("authorization", "").startswith("Basic "):
            answer.headers[LOGIN_REASON] = "AUTHENTICATED_FAILED"
        if self._limits.on and answer.status != 429:
            answer.headers |= self._limits.headers(call)
        answer.body = refusal.spoken(answer.body, str(self.options.get("language", "en_US")))

    def settled(self, call: Call, changes: list[Change]) -> None:
        if hooks.registered(self.site) and call.actor != "oauth":
            visit = Visit(self.site, call, self._door.identify(call).user)
            for post in hooks.posts(visit, changes):
                self._hooks.enqueue(post)


def _verbs(route: Route) -> set[str]:
    return set(route.methods or ()) - {"HEAD"}
