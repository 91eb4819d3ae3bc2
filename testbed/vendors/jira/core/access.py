"""Who a call comes from: a person's API token, an app's access token, or nobody at all."""

import base64
import binascii
from dataclasses import dataclass

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.site import Site

ANONYMOUS = "anonymous"
LOGIN_REASON = "X-Seraph-LoginReason"


@dataclass(frozen=True, slots=True)
class Identity:
    """The person behind a call; `scopes` None means that no scope limits the token."""

    user: Doc | None
    scopes: frozenset[str] | None = None
    failed: bool = False


class Door:
    """Tells callers apart; a wrong API token makes nobody of its bearer, not a refusal."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._tokens = {
            (user["emailAddress"].lower(), token): user
            for user in site.facts["users"]
            for token in user["tokens"]
        }
        self._access = site.store.collection("_access_tokens")

    def identify(self, call: Call) -> Identity:
        """The caller, or a refusal where Jira has one; the token desk asks for itself."""
        if call.template.startswith("/oauth/"):
            return Identity(None)
        scheme, _, secret = call.headers.get("authorization", "").partition(" ")
        cloud = call.params.get("cloud")
        if cloud and cloud != self._site.facts["cloudId"]:
            raise Refusal(Answer(404, {"code": 404, "message": "Not Found"}))
        if scheme == "Basic":
            user = self._tokens.get(_pair(secret))
            return Identity(user, failed=user is None)
        if scheme == "Bearer":
            return self._bearer(secret) if cloud else self._at_the_wrong_address(secret)
        return Identity(None)

    def _bearer(self, token: str) -> Identity:
        grant = self._access.get(token)
        if grant is None or grant["expires"] <= self._site.now:
            raise unauthorized("Unauthorized")
        return Identity(self._site.user(grant["user"]), frozenset(grant["scopes"]))

    def _at_the_wrong_address(self, token: str) -> Identity:
        if token.count(".") == 2:
            raise refusal.page(401, "Client must be authenticated to access this resource.")
        raise Refusal(Answer(403, {"error": "Failed to parse Connect Session Auth Token"}))

    def expire(self, call: Call) -> Answer | None:
        """Kill the call's access token; API tokens have no short life to end."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._access:
            return None
        self._access.delete(token)
        return unauthorized("Unauthorized").answer


def unauthorized(message: str) -> Refusal:
    """The gateway's 401, which is shaped like nothing else."""
    return Refusal(Answer(401, {"code": 401, "message": message}))


def _pair(secret: str) -> tuple[str, str]:
    try:
        name, _, token = base64.b64decode(secret, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name.lower(), token
