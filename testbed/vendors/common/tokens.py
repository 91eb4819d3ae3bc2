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
from testbed.vendors.common.state import Doc, Store


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
    """What a living access token stands for."""

    client: str
    actor: str
    scopes: frozenset[str]
    grant: str


@dataclass(frozen=True, kw_only=True)
class Issued:
    """New tokens; the grant of client credentials gives no refresh token."""

    access_token: str
    expires_in: int
    scopes: frozenset[str]
    refresh_token: str = ""


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
                self._remember(each.refresh_token, each, each.scopes)

    def issue(self, request: Mapping[str, str]) -> Issued:
        """Answer the parameters of a token request, the client's credentials among them."""
        application = self.client(request.get("client_id", ""), request.get("client_secret", ""))
        grant = request.get("grant_type", "")
        if grant not in self._rules.grants:
            raise TokenRefused("unsupported_grant_type")
        if grant == "refresh_token":
            return self._renewed(application, request.get("refresh_token", ""))
        scopes = frozenset(request.get("scope", "").split()) or application.scopes
        if not scopes <= application.scopes:
            raise TokenRefused("invalid_scope")
        return self._issued(application, scopes, grant)

    def client(self, id_: str, secret: str) -> Application:
        """The application with these credentials."""
        known = self.applications.get(id_)
        if known is None or not hmac.compare_digest(known.secret.encode(), secret.encode()):
            raise TokenRefused("invalid_client")
        return known

    def find(self, token: str) -> AccessToken:
        """What an access token stands for; InvalidToken if it is unknown or expired."""
        doc = self._access.get(_hash(token))
        if doc is None or doc["client"] not in self.applications:
            raise InvalidToken
        if doc["expires_at"] <= self._clock.seconds():
            raise InvalidToken(doc["expires_at"])
        client = self.applications[doc["client"]]
        return AccessToken(
            client=client.id,
            actor=client.actor,
            scopes=frozenset(doc["scopes"]),
            grant=doc["grant"],
        )

    def expire(self, token: str) -> bool:
        """End an access token now; False if it is none of ours."""
        doc = self._access.get(_hash(token))
        if doc is not None:
            self._access.put(_hash(token), {**doc, "expires_at": self._clock.seconds()})
        return doc is not None

    def _renewed(self, application: Application, token: str) -> Issued:
        """New tokens for a refresh token, which ends or stays as the vendor has it."""
        now = self._clock.seconds()
        doc = self._refresh.get(_hash(token))
        if doc is None or doc["client"] != application.id or doc["expires_at"] <= now:
            raise TokenRefused("invalid_grant")
        scopes, following = frozenset(doc["scopes"]), token
        if self._rules.rotates:
            following = token_urlsafe(32)
            self._remember(following, application, scopes)
            ends = min(doc["expires_at"], now + self._rules.grace)
            self._refresh.put(_hash(token), {**doc, "expires_at": ends})
        return self._issued(application, scopes, "refresh_token", following)

    def _issued(
        self, application: Application, scopes: frozenset[str], grant: str, refresh: str = ""
    ) -> Issued:
        token, life = self._rules.write(application, scopes), self._rules.access_life
        doc = _granted(application, scopes, self._clock.seconds() + life)
        self._access.put(_hash(token), doc | {"grant": grant})
        return Issued(
            access_token=token, expires_in=int(life), scopes=scopes, refresh_token=refresh
        )

    def _remember(self, token: str, application: Application, scopes: frozenset[str]) -> None:
        expires_at = self._clock.seconds() + self._rules.refresh_life
        self._refresh.put(_hash(token), _granted(application, scopes, expires_at))


def _granted(application: Application, scopes: frozenset[str], expires_at: float) -> Doc:
    return {"client": application.id, "scopes": sorted(scopes), "expires_at": expires_at}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
