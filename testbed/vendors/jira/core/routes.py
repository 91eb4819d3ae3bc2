"""Bind endpoints to paths: every version of the API, at the site and behind the gateway."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.access import Door, unauthorized
from testbed.vendors.jira.core.site import Site
from testbed.vendors.jira.core.visit import Visit

Handler: TypeAlias = Callable[[Visit], Answer]

API = "/rest/api/3"
GATEWAY = "/ex/jira/{cloud}"
READ, WRITE, PEOPLE = "read:jira-work", "write:jira-work", "read:jira-user"
PROJECT, CONFIGURATION = "manage:jira-project", "manage:jira-configuration"
WEBHOOKS = "manage:jira-webhook"
_READING = {READ, PEOPLE, ""}


class Endpoint(NamedTuple):
    """What a method and a path lead to, and the scope a token needs for it."""

    method: str
    path: str
    scope: str
    handler: Handler

    @property
    def template(self) -> str:
        """The path at the site; a bare one belongs to the third version of the API."""
        return self.path if self.path.startswith(("/rest/", "/oauth/")) else API + self.path

    @property
    def changes(self) -> bool:
        """Whether it changes something, which strangers may not."""
        return self.scope not in _READING and self.method != "GET"


class _Versioned(Route):
    """A path that matches in every version of the API under one template."""

    def __init__(self, path: str, endpoint: Callable[[Call], Answer], method: str) -> None:
        super().__init__(path, endpoint, methods=[method])
        pattern = self.path_regex.pattern.replace(API + "/", "/rest/api/(?P<version>2|3|latest)/")
        self.path_regex = re.compile(pattern)


def bound(endpoints: Iterable[Endpoint], site: Site, door: Door) -> list[Route]:
    """The endpoints as routes, at both bases."""
    return [
        _Versioned(base + endpoint.template, _admitting(endpoint, site, door), endpoint.method)
        for endpoint in endpoints
        for base in ("", GATEWAY)
        if not (base and endpoint.template.startswith("/oauth/"))
    ]


def _admitting(endpoint: Endpoint, site: Site, door: Door) -> Callable[[Call], Answer]:
    def answer(call: Call) -> Answer:
        who = door.identify(call)
        if endpoint.changes and who.user is None:
            text = "You are not authenticated. Authentication required to perform this operation."
            raise refusal.say(text, status=401)
        if who.scopes is not None and endpoint.scope and endpoint.scope not in who.scopes:
            raise unauthorized("Unauthorized; scope does not match")
        if call.body and not call.headers.get("content-type", "").startswith("application/json"):
            raise _unsupported(call)
        return endpoint.handler(Visit(site, call, who.user))

    return answer


def _unsupported(call: Call) -> Refusal:
    kind = call.headers.get("content-type", "null")
    detail = f"Content-Type '{kind}' is not supported."
    title = "Unsupported Media Type"
    return Refusal(refusal.problem(415, title, detail, call.path))
