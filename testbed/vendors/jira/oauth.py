"""OAuth client credentials: an application gets access tokens for the gateway."""

from collections.abc import Callable

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Store
from testbed.vendors.common.tokens import (
    Application,
    TokenRefused,
    TokenRules,
    TokenServer,
)
from testbed.vendors.jira.site import Site

TOKEN_PATH = "/oauth/token"
_RULES = TokenRules(grants=frozenset({"client_credentials"}), access_life=3600)
_STATUS = {"invalid_client": 401, "unsupported_grant_type": 400}


def token_server(store: Store, clock: Clock, site: Site) -> TokenServer:
    """The token server of the site's applications; each acts as its user."""
    applications = [
        Application(
            id=each["id"],
            secret=each["secret"],
            actor=str((site.user(each["user"]) or {})["actor"]),
            scopes=frozenset(each["scopes"]),
        )
        for each in site.facts["applications"]
    ]
    return TokenServer(store, clock, applications, _RULES)


def token_handler(tokens: TokenServer) -> Callable[[Call], Response]:
    """The handler of a token request, which is JSON at Atlassian."""

    def handle(call: Call) -> Response:
        request = call.json if isinstance(call.json, dict) else {}
        try:
            issued = tokens.issue({name: str(value) for name, value in request.items()})
        except TokenRefused as refused:
            # Atlassian calls a wrong client `access_denied`.
            error = "access_denied" if refused.error == "invalid_client" else refused.error
            return Response(_STATUS.get(refused.error, 403), {"error": error})
        return Response(200, issued.body)

    return handle
