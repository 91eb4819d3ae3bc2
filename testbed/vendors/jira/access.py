"""Authentication: an API token of a user, or an access token of an application."""

from testbed.vendors.common.call import Call, Refusal, Response
from testbed.vendors.common.tokens import InvalidToken, TokenServer
from testbed.vendors.jira.endpoints import SCOPES
from testbed.vendors.jira.errors import unauthorized
from testbed.vendors.jira.oauth import TOKEN_PATH
from testbed.vendors.jira.site import Site

ANONYMOUS = "anonymous"


class Access:
    """Finds the caller. A wrong API token makes the caller anonymous; Jira refuses it nowhere."""

    def __init__(self, site: Site, tokens: TokenServer) -> None:
        self._site = site
        self._tokens = tokens
        self._users = {
            (user["emailAddress"], user["token"]): user["actor"] for user in site.facts["users"]
        }

    def authenticate(self, call: Call) -> str:
        """Set the scopes and the application of the call and return its actor."""
        if call.template == TOKEN_PATH:
            return "oauth"
        cloud = call.params.get("cloud")
        if cloud and cloud != self._site.facts["cloudId"]:
            raise Refusal(Response(404, {"code": 404, "message": "Not Found"}))
        if call.bearer:
            return self._application_user(call)
        call.scopes = SCOPES
        email, token = call.basic
        return str(self._users.get((email.lower(), token), ANONYMOUS))

    def _application_user(self, call: Call) -> str:
        if "cloud" not in call.params:
            error = {"error": "Failed to parse Connect Session Auth Token"}
            raise Refusal(Response(403, error))
        try:
            token = self._tokens.find(call.bearer)
        except InvalidToken:
            raise unauthorized("Unauthorized") from None
        call.scopes, call.application = token.scopes, token.client.id
        return token.client.actor

    def expire(self, call: Call) -> Response | None:
        """End the access token of the call; an API token has no short life."""
        if self._tokens.expire(call.bearer):
            return unauthorized("Unauthorized").answer
        return None
