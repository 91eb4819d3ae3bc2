"""OAuth 2.0: access tokens for the applications of a vendor.

The shape of requests and refusals stays with the vendor.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Store


@dataclass(frozen=True, kw_only=True)
class Application:
    """A registered client, the actor that its calls are logged under, and the scopes it has.

    `refresh_token` is the one that a person's consent gave it; it stays the same.
    """

    id: str
    secret: str
    actor: str
    scopes: frozenset[str]
    refresh_token: str = ""


@dataclass(frozen=True, kw_only=True)
class TokenRules:
    """The grants that a vendor knows, and the seconds that an access token lives."""

    grants: frozenset[str]
    access_life: int


@dataclass(frozen=True, kw_only=True)
class AccessToken:
    """What an access token stands for; its text is known only when it is issued."""

    client: Application
    scopes: frozenset[str]
    text: str = ""
    life: int = 0

    @property
    def body(self) -> dict[str, object]:
        """The answer to a token request, RFC 6749, section 5.1."""
        return {
            "access_token": self.text,
            "expires_in": self.life,
            "token_type": "Bearer",
            "scope": " ".join(sorted(self.scopes)),
        }


class TokenRefused(Exception):
    """No token is issued; `error` is the code of RFC 6749, section 5.2."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class InvalidToken(Exception):
    """An access token that opens nothing; `expired_at` is None if it never did."""

    def __init__(self, expired_at: float | None = None) -> None:
        super().__init__(expired_at)
        self.expired_at = expired_at


class TokenServer:
    """Issues and ends tokens; it stores hashes, so that its state opens nothing."""

    def __init__(
        self, store: Store, clock: Clock, applications: Iterable[Application], rules: TokenRules
    ) -> None:
        self._clock = clock
        self._rules = rules
        self._access = store.collection("_access_tokens")
        self.applications = {each.id: each for each in applications}

    def issue(self, request: Mapping[str, str]) -> AccessToken:
        """Answer the parameters of a token request, the client's credentials among them."""
        client = self.client(request.get("client_id", ""), request.get("client_secret", ""))
        grant = request.get("grant_type", "")
        if grant not in self._rules.grants:
            raise TokenRefused("unsupported_grant_type")
        if grant == "refresh_token" and request.get("refresh_token") != client.refresh_token:
            raise TokenRefused("invalid_grant")
        scopes = frozenset(request.get("scope", "").split()) or client.scopes
        if not scopes <= client.scopes:
            raise TokenRefused("invalid_scope")
        return self._issued(client, scopes)

    def client(self, id_: str, secret: str) -> Application:
        """The application with these credentials."""
        known = self.applications.get(id_)
        if known is None or not hmac.compare_digest(known.secret.encode(), secret.encode()):
            raise TokenRefused("invalid_client")
        return known

    def find(self, token: str) -> AccessToken:
        """What an access token stands for; InvalidToken if it is unknown or expired."""
        doc = self._access.get(_hash(token))
        client = self.applications.get(doc["client"]) if doc else None
        if doc is None or client is None:
            raise InvalidToken
        if doc["expires_at"] <= self._clock.seconds():
            raise InvalidToken(doc["expires_at"])
        return AccessToken(client=client, scopes=frozenset(doc["scopes"]))

    def expire(self, token: str) -> bool:
        """End an access token now; False if it is none of ours."""
        doc = self._access.get(_hash(token))
        if doc is not None:
            self._access.put(_hash(token), {**doc, "expires_at": self._clock.seconds()})
        return doc is not None

    def _issued(self, client: Application, scopes: frozenset[str]) -> AccessToken:
        text, life = token_urlsafe(32), self._rules.access_life
        doc = {"client": client.id, "scopes": sorted(scopes)}
        self._access.put(_hash(text), doc | {"expires_at": self._clock.seconds() + life})
        return AccessToken(client=client, scopes=scopes, text=text, life=life)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
