"""OAuth tokens: refreshed, looked into, revoked."""

from hashlib import blake2b

from starlette.routing import Route

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.hubspot.desks.desk import Desk
from testbed.vendors.hubspot.refusals import PORTAL, envelope
from testbed.vendors.hubspot.tokens import Tokens

_TOKEN = ("/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token", "/oauth/2026-09/token")
OPEN = frozenset(
    path + more
    for path in (*_TOKEN, "/oauth/v1/access-tokens/{token}", "/oauth/v1/refresh-tokens/{token}")
    for more in ("", "/introspect", "/revoke")
)
SECRET = frozenset({"/oauth/v1/access-tokens/{token}", "/oauth/v1/refresh-tokens/{token}"})


class OAuthDesk(Desk):
    """Gives a new access token for the refresh token, which stays the same."""

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.store, self.options)

    def routes(self) -> list[Route]:
        found = []
        for path in _TOKEN:
            found += [
                Route(path, self.refresh, methods=["POST"]),
                Route(f"{path}/introspect", self.introspect, methods=["POST"]),
                Route(f"{path}/revoke", self.revoke, methods=["POST"]),
            ]
        return [
            *found,
            Route("/oauth/v1/access-tokens/{token}", self.look, methods=["GET"]),
            Route("/oauth/v1/refresh-tokens/{token}", self.look_refresh, methods=["GET"]),
            Route("/oauth/v1/refresh-tokens/{token}", self.forget, methods=["DELETE"]),
        ]

    def refresh(self, call: Call) -> Answer:
        form = call.form
        if form.get("grant_type") != "refresh_token":
            raise _refused("UNSUPPORTED_GRANT_TYPE", "unsupported_grant_type", "grant type")
        client = self.tokens.client(form.get("client_id", ""), form.get("client_secret", ""))
        if client is None:
            raise _refused("BAD_CLIENT_ID", "invalid_client", "client id or secret")
        refresh = form.get("refresh_token", "")
        if refresh != client["refresh_token"] or self.tokens.is_revoked(refresh):
            raise _refused("BAD_REFRESH_TOKEN", "invalid_grant", "refresh token")
        number = self.store.next_id("_access_tokens")
        # Long, as real ones are; the number alone makes it new.
        token = "CL" + blake2b(f"{refresh}|{number}".encode()).hexdigest()
        life = self.tokens.life
        self.tokens.issue(token, client, call.at.timestamp() + life)
        answer = {"token_type": "bearer", "access_token": token, "refresh_token": refresh}
        return Answer(200, answer | {"expires_in": life})

    def introspect(self, call: Call) -> Answer:
        form = call.form
        if self.tokens.client(form.get("client_id", ""), form.get("client_secret", "")) is None:
            raise _refused("BAD_CLIENT_ID", "invalid_client", "client id or secret")
        known = self.tokens.access(form.get("token", ""))
        if known is None or known["expires_at"] <= call.at.timestamp():
            return Answer(200, {"active": False})
        return Answer(200, {"active": True, "token_use": "access_token"} | self._told(call, known))

    def revoke(self, call: Call) -> Answer:
        self.tokens.revoke(call.form.get("token", ""))
        return Answer(200, {})

    def look(self, call: Call) -> Answer:
        known = self.tokens.access(call.params["token"])
        if known is None:
            raise Refusal(Answer(404, envelope("access token not found")))
        return Answer(200, self._told(call, known) | {"token": call.params["token"]})

    def look_refresh(self, call: Call) -> Answer:
        client = self.tokens.of_refresh(call.params["token"])
        if client is None:
            raise Refusal(Answer(404, envelope("refresh token not found")))
        told = _hub() | {"token": call.params["token"], "client_id": client["id"]}
        return Answer(200, told | {"scopes": client["scopes"], "token_type": "refresh"})

    def forget(self, call: Call) -> Answer:
        self.tokens.revoke(call.params["token"])
        return Answer(204)

    def _told(self, call: Call, known: Doc) -> Doc:
        left = max(0, int(known["expires_at"] - call.at.timestamp()))
        told = {"app_id": 1160452, "scopes": known["scopes"], "token_type": "access"}
        return _hub() | told | {"expires_in": left}


def _hub() -> Doc:
    return {
        "hub_id": PORTAL,
        "hub_domain": "lowfold.example",
        "user": "sales@lowfold.example",
        "user_id": 9100123,
    }


def _refused(status: str, error: str, what: str) -> Refusal:
    """Both styles in one body, as since 2026."""
    text = f"missing or invalid {what}"
    body = envelope(text) | {"status": status, "error": error, "error_description": text}
    return Refusal(Answer(400, body))
