"""OAuth 2.0: access tokens for the applications of a vendor.

The shape of requests and answers stays with the vendor.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from secrets import token_urlsafe

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Store


@dataclass(frozen=True, kw_only=True)
class Application:
    """A registered client, the actor that its calls are logged under, and the scopes it has.

    `refresh_token` is the one that a person's consent gave it.
    """

    id: str
    secret: str
    actor: str
    scopes: frozenset[str]
    refresh_token: str = ""


@dataclass(frozen=True, kw_only=True)
class TokenRules:
    """What a vendor lets applications do with tokens; times are in seconds.

    A refresh token that rotates serves once, and again for `grace` after its first use.
    `write` makes the text of an access token.
    """

    grants: frozenset[str]
    access_life: float
    refresh_life: float = inf
    rotates: bool = True
    grace: float = 0
    write: Callable[[Application, frozenset[str]], str] = lambda _, __: token_urlsafe(32)


@dataclass(frozen=True, kw_only=True)
class AccessToken:
    """What an access token stands for; its texts are known only when it is issued."""

    client: str
    actor: str
    scopes: frozenset[str]
    grant: str
    access_token: str = ""
    refresh_token: str = ""
    expires_in: int = 0


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
    """Issues, renews and ends tokens; it stores hashes, so that its state opens nothing."""

    def __init__(
        self, store: Store, clock: Clock, applications: Iterable[Application], rules: TokenRules
    ) -> None:
        self._clock = clock
        self._rules = rules
        self._access = store.collection("_access_tokens")
        self._refresh = store.collection("_refresh_tokens")
        self.applications = {each.id: each for each in applications}

    def seed(self) -> None:
        """Remember the refresh tokens that applications hold from the beginning."""
        for each in self.applications.values():
            if each.refresh_token:
                self._remember(each.refresh_token, each)

    def issue(self, request: Mapping[str, str]) -> AccessToken:
        """Answer the parameters of a token request, the client's credentials among them."""
        client = self.client(request.get("client_id", ""), request.get("client_secret", ""))
        grant = request.get("grant_type", "")
        if grant not in self._rules.grants:
            raise TokenRefused("unsupported_grant_type")
        if grant == "refresh_token":
            following = self._used(request.get("refresh_token", ""), client)
            return self._issued(client, client.scopes, grant, following)
        scopes = frozenset(request.get("scope", "").split()) or client.scopes
        if not scopes <= client.scopes:
            raise TokenRefused("invalid_scope")
        return self._issued(client, scopes, grant)

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
        scopes = frozenset(doc["scopes"])
        return AccessToken(client=client.id, actor=client.actor, scopes=scopes, grant=doc["grant"])

    def expire(self, token: str) -> bool:
        """End an access token now; False if it is none of ours."""
        doc = self._access.get(_hash(token))
        if doc is not None:
            self._access.put(_hash(token), {**doc, "expires_at": self._clock.seconds()})
        return doc is not None

    def _used(self, token: str, client: Application) -> str:
        """Use a refresh token; returns the one that serves next."""
        now, doc = self._clock.seconds(), self._refresh.get(_hash(token))
        if doc is None or doc["client"] != client.id or doc["expires_at"] <= now:
            raise TokenRefused("invalid_grant")
        if not self._rules.rotates:
            return token
        ends = min(doc["expires_at"], now + self._rules.grace)
        self._refresh.put(_hash(token), {**doc, "expires_at": ends})
        return self._remember(token_urlsafe(32), client)

    def _remember(self, token: str, client: Application) -> str:
        expires_at = self._clock.seconds() + self._rules.refresh_life
        self._refresh.put(_hash(token), {"client": client.id, "expires_at": expires_at})
        return token

    def _issued(
        self, client: Application, scopes: frozenset[str], grant: str, refresh_token: str = ""
    ) -> AccessToken:
        token, life = self._rules.write(client, scopes), self._rules.access_life
        doc = {"client": client.id, "scopes": sorted(scopes), "grant": grant}
        self._access.put(_hash(token), doc | {"expires_at": self._clock.seconds() + life})
        return AccessToken(
            client=client.id,
            actor=client.actor,
            scopes=scopes,
            grant=grant,
            access_token=token,
            refresh_token=refresh_token,
            expires_in=int(life),
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
