"""Who may call: fixed access tokens, and those that OAuth gave out."""

from collections.abc import Mapping
from typing import Any

from testbed.vendors.common.state import Doc, Store

_FIXED = {
    "pat-na1-cashward-demo": {"actor": "cashward"},
    "pat-na1-sales-demo": {"actor": "sales"},
}
_CLIENTS = {
    "cashward-hubspot": {
        "secret": "hubspot-demo-secret",
        "refresh_token": "na1-refresh-demo",
        "actor": "cashward",
    }
}
EVERYTHING = "*"


class Tokens:
    """Knows the tokens of the account; a fixed one never expires."""

    def __init__(self, store: Store, options: Mapping[str, Any]) -> None:
        self._access = store.collection("_access_tokens")
        self._revoked = store.collection("_revoked_tokens")
        self._fixed = options.get("tokens", _FIXED)
        self._clients = options.get("clients", _CLIENTS)
        self.life = int(options.get("token_life", 1800))

    def fixed(self, token: str) -> Doc | None:
        found: Doc | None = self._fixed.get(token)
        return found

    def access(self, token: str) -> Doc | None:
        return self._access.get(token)

    def client(self, id_: str, secret: str) -> Doc | None:
        found = self._clients.get(id_)
        if found is None or found["secret"] != secret:
            return None
        return {"id": id_, "scopes": [EVERYTHING], **found}

    def of_refresh(self, token: str) -> Doc | None:
        for id_, client in self._clients.items():
            if client["refresh_token"] == token and not self.is_revoked(token):
                return {"id": id_, "scopes": [EVERYTHING], **client}
        return None

    def issue(self, token: str, client: Doc, expires_at: float) -> None:
        told = {"actor": client["actor"], "scopes": client["scopes"], "expires_at": expires_at}
        self._access.put(token, told)

    def expire(self, token: str, at: float) -> bool:
        """End an access token now; False for one that does not expire."""
        known = self._access.get(token)
        if known is None:
            return False
        self._access.put(token, {**known, "expires_at": at})
        return True

    def revoke(self, token: str) -> None:
        self._access.delete(token)
        self._revoked.put(token, {"revoked": True})

    def is_revoked(self, token: str) -> bool:
        return token in self._revoked
