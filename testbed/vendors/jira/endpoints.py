"""Endpoints: a method and a path with the scope that they need, at the site and at the gateway."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.vendor import Route
from testbed.vendors.jira.errors import refuse, unauthorized
from testbed.vendors.jira.request_context import RequestContext
from testbed.vendors.jira.site import Site

Handler: TypeAlias = Callable[[RequestContext], Response]

API = "/rest/api/3"
GATEWAY = "/ex/jira/{cloud}"
READ, WRITE, PEOPLE = "read:jira-work", "write:jira-work", "read:jira-user"
PROJECT, CONFIGURATION = "manage:jira-project", "manage:jira-configuration"
WEBHOOKS = "manage:jira-webhook"
SCOPES = frozenset({READ, WRITE, PEOPLE, PROJECT, CONFIGURATION, WEBHOOKS})
_READING = {READ, PEOPLE, ""}


class Endpoint(NamedTuple):
    """The handler of a method and a path; an empty scope admits every token."""

    method: str
    path: str
    scope: str
    handler: Handler

    @property
    def template(self) -> str:
        """The path at the site."""
        return self.path if self.path.startswith("/rest/") else API + self.path

    @property
    def changes(self) -> bool:
        """Whether it changes records, which needs a user."""
        return self.scope not in _READING and self.method != "GET"


def routes(endpoints: Iterable[Endpoint], site: Site) -> list[Route]:
    """The routes of the endpoints, at both bases."""
    return [
        Route(base + endpoint.template, _checked(endpoint, site), methods=[endpoint.method])
        for endpoint in endpoints
        for base in ("", GATEWAY)
    ]


def _checked(endpoint: Endpoint, site: Site) -> Callable[[Call], Response]:
    """The handler behind the checks of user and scope."""

    def handle(call: Call) -> Response:
        context = RequestContext(site, call)
        if endpoint.changes and context.user is None:
            text = "You are not authenticated. Authentication required to perform this operation."
            raise refuse(text, status=401)
        if endpoint.scope and endpoint.scope not in call.scopes:
            raise unauthorized("Unauthorized; scope does not match")
        return endpoint.handler(context)

    return handle
