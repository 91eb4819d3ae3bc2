"""Tokens: who may speak, about what, until when."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Collection, Store
from testbed.vendors.xero.connections import Connections
from testbed.vendors.xero.scopes import ALL_SCOPES
from testbed.vendors.xero.wire.moments import instant, moment

APPS: Mapping[str, Mapping[str, str]] = {
    "cashward-xero": {"secret": "xero-demo-secret", "actor": "cashward"},
    "bank-feed": {"secret": "xero-bank-secret", "actor": "bank"},
}
ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=60)
REFRESH_GRACE = timedelta(minutes=30)
CODE_LIFE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a living access token stands for."""

    app: str
    actor: str
    scopes: frozenset[str]
    is_custom_connection: bool


class Identity:
    """Issues tokens by their hash alone: what is stored cannot be used to call."""

    def __init__(self, store: Store, options: Mapping[str, Any], connections: Connections) -> None:
        self._apps: Mapping[str, Mapping[str, str]] = options.get("apps", APPS)
        self._access: Collection = store.collection("_access_tokens")
        self._refresh: Collection = store.collection("_refresh_tokens")
        self._codes: Collection = store.collection("_codes")
        self._connections = connections
        self._grants = {
            "client_credentials": self._client_credentials,
            "authorization_code": self._exchange,
            "refresh_token": self._rotate,
        }

    @property
    def apps(self) -> Iterable[str]:
        """The client ids that are known."""
        return self._apps

    def app_of(self, call: Call) -> str:
        """The client id that a token request names."""
        return _credentials(call)[0]

    def actor_of(self, call: Call) -> str:
        """Who a token request comes from, before its secret is looked at."""
        return str(self._apps.get(self.app_of(call), {}).get("actor", ""))

    def token(self, call: Call) -> Answer:
        """`POST /connect/token`."""
        app = self._authenticated(call)
        grant = self._grants.get(call.form.get("grant_type", ""))
        if not grant:
            raise _error("unsupported_grant_type")
        return grant(call, app)

    def revoke(self, call: Call) -> Answer:
        """`POST /connect/revocation`: the refresh token and the app's connections end."""
        app = self._authenticated(call)
        id_ = _hash(call.form.get("token", ""))
        known = self._refresh.get(id_)
        if known and known["app"] == app:
            self._refresh.delete(id_)
            self._connections.cut(app)
        return Answer(200)

    def authorise(self, call: Call) -> Answer:
        """The consent page, with a person who always says yes."""
        query = call.query
        app, back = query.get("client_id", ""), query.get("redirect_uri", "")
        if app not in self._apps or query.get("response_type") != "code" or not back:
            raise _error("unauthorized_client")
        code = token_urlsafe(24)
        scope = query.get("scope", "")
        until = instant(call.at + CODE_LIFE)
        self._codes.put(
            _hash(code), {"app": app, "scope": scope, "redirect_uri": back, "until": until}
        )
        self._connections.tie(app, instant(call.at))
        answer = urlencode({"code": code, "scope": scope, "state": query.get("state", "")})
        return Answer(302, None, {"Location": f"{back}?{answer}"})

    def grant(self, call: Call) -> Grant:
        """What the call's access token stands for; a LookupError says why it is none."""
        scheme, _, token = call.headers.get("Authorization", "").partition(" ")
        doc = self._access.get(_hash(token)) if scheme.lower() == "bearer" else None
        if not doc:
            raise LookupError("AuthenticationUnsuccessful")
        if doc["until"] <= instant(call.at):
            at = moment(doc["until"]).strftime("%m/%d/%Y %H:%M:%S")
            raise LookupError(f"TokenExpired: token expired at {at}")
        return Grant(
            app=doc["app"],
            actor=str(self._apps[doc["app"]]["actor"]),
            scopes=frozenset(doc["scope"].split()),
            is_custom_connection=doc["custom"],
        )

    def expire(self, call: Call) -> bool:
        """End the call's access token now."""
        token = _hash(call.headers.get("Authorization", "").partition(" ")[2])
        doc = self._access.get(token)
        if doc:
            self._access.put(token, {**doc, "until": instant(call.at)})
        return bool(doc)

    def _authenticated(self, call: Call) -> str:
        if "json" in call.headers.get("Content-Type", ""):
            raise _error("invalid_request")
        app, secret = _credentials(call)
        if not app:
            raise _error("invalid_request")
        known = self._apps.get(app, {}).get("secret", "")
        if not known or not hmac.compare_digest(known, secret):
            raise _error("invalid_client")
        return app

    def _client_credentials(self, call: Call, app: str) -> Answer:
        scope = call.form.get("scope") or " ".join(sorted(ALL_SCOPES))
        return self._issued(call, app, scope, custom=True)

    def _exchange(self, call: Call, app: str) -> Answer:
        id_ = _hash(call.form.get("code", ""))
        doc = self._codes.get(id_)
        if (
            not doc
            or doc["app"] != app
            or doc["until"] <= instant(call.at)
            or doc["redirect_uri"] != call.form.get("redirect_uri")
        ):
            raise _error("invalid_grant")
        self._codes.delete(id_)
        return self._issued(call, app, doc["scope"], custom=False)

    def _rotate(self, call: Call, app: str) -> Answer:
        """A new pair for a refresh token; the old one serves again while its grace lasts."""
        id_ = _hash(call.form.get("refresh_token", ""))
        doc, now = self._refresh.get(id_), instant(call.at)
        if not doc or doc["app"] != app or doc["until"] <= now:
            raise _error("invalid_grant")
        until = min(doc["until"], instant(call.at + REFRESH_GRACE))
        if not doc.get("used"):
            self._refresh.put(id_, {**doc, "used": True, "until": until})
        return self._issued(call, app, doc["scope"], custom=False)

    def _issued(self, call: Call, app: str, scope: str, *, custom: bool) -> Answer:
        scopes = scope.split()
        if not set(scopes) <= ALL_SCOPES:
            raise _error("invalid_scope")
        access = _jwt({"client_id": app, "jti": token_urlsafe(16), "scope": scopes})
        until = instant(call.at + ACCESS_LIFE)
        self._access.put(
            _hash(access), {"app": app, "scope": scope, "until": until, "custom": custom}
        )
        body = {
            "access_token": access,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "token_type": "Bearer",
            "scope": scope,
        }
        if "openid" in scopes:
            body["id_token"] = _jwt({"aud": app, "sub": "sandbox"})
        if "offline_access" in scopes and not custom:
            body["refresh_token"] = self._refreshable(call, app, scope)
        return Answer(200, body)

    def _refreshable(self, call: Call, app: str, scope: str) -> str:
        token = token_urlsafe(32)
        until = instant(call.at + REFRESH_LIFE)
        self._refresh.put(_hash(token), {"app": app, "scope": scope, "until": until})
        return token


def _credentials(call: Call) -> tuple[str, str]:
    scheme, _, coded = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return call.form.get("client_id", ""), call.form.get("client_secret", "")
    try:
        app, _, secret = base64.b64decode(coded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return app, secret


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _jwt(claims: Mapping[str, object]) -> str:
    """A token of the usual three parts; nobody but this server can say what it is worth."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    text = ".".join(_b64(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_b64(hmac.digest(b'sandbox', text.encode(), 'sha256'))}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _error(name: str) -> Refusal:
    return Refusal(Answer(400, {"error": name}))
