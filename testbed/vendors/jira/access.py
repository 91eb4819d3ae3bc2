"""Authentication: an API token of a user, or an access token of an application."""

import base64
import binascii

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
        scheme, secret = _authorization(call)
        if scheme == "Bearer":
            return self._application_user(call, secret)
        call.scopes = SCOPES
        return self._users.get(_credentials(secret), ANONYMOUS) if scheme == "Basic" else ANONYMOUS

    def _application_user(self, call: Call, secret: str) -> str:
        if "cloud" not in call.params:
            error = {"error": "Failed to parse Connect Session Auth Token"}
            raise Refusal(Response(403, error))
        try:
            token = self._tokens.find(secret)
        except InvalidToken:
            raise unauthorized("Unauthorized") from None
        call.scopes, call.application = token.scopes, token.client
        return token.actor

    def expire(self, call: Call) -> Response | None:
        """End the access token of the call; an API token has no short life."""
        if self._tokens.expire(_authorization(call)[1]):
            return unauthorized("Unauthorized").answer
        return None


def _authorization(call: Call) -> tuple[str, str]:
    """The scheme, in which Jira minds the case, and the secret."""
    scheme, _, secret = call.headers.get("authorization", "").partition(" ")
    return scheme, secret


def _credentials(secret: str) -> tuple[str, str]:
    try:
        email, _, token = base64.b64decode(secret, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return email.lower(), token
