"""Xero's identity service: access tokens and the organisation that each app is connected to."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from uuid import NAMESPACE_URL, uuid5

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Collection, Store
from testbed.vendors.xero.scopes import ALL_SCOPES
from testbed.vendors.xero.wire.dates import instant, milliseconds

TENANT = {"id": "5d0c2a86-6f0b-4d8e-9a37-2f4e1c6b8a90", "name": "Lowfold Systems s.r.o."}
_APPS: Mapping[str, Mapping[str, str]] = {
    "cashward-xero": {"secret": "xero-demo-secret", "actor": "cashward"},
    "bank-feed": {"secret": "xero-bank-secret", "actor": "bank"},
}
_ACCESS_LIFE = timedelta(minutes=30)
_CONNECTED_AT = "2026-09-01T08:15:00.1234560"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The meaning of a valid access token."""

    app: str
    actor: str
    scopes: frozenset[str]


class Identity:
    """Issues tokens for client credentials; stores only their hashes."""

    def __init__(self, store: Store) -> None:
        self._access: Collection = store.collection("_access_tokens")

    def token(self, call: Call) -> Answer:
        """Serve `POST /connect/token`."""
        app = _authenticated(call)
        if call.form.get("grant_type") != "client_credentials":
            raise _error("unsupported_grant_type")
        scope = call.form.get("scope") or " ".join(sorted(ALL_SCOPES))
        if not set(scope.split()) <= ALL_SCOPES:
            raise _error("invalid_scope")
        access = token_urlsafe(32)
        until = milliseconds(call.at + _ACCESS_LIFE)
        self._access.put(_hash(access), {"app": app, "scope": scope, "until": until})
        return Answer(
            200,
            {
                "access_token": access,
                "expires_in": int(_ACCESS_LIFE.total_seconds()),
                "token_type": "Bearer",
                "scope": scope,
            },
        )

    def connections(self, call: Call) -> Answer:
        """Serve `GET /connections`."""
        connection = {
            "id": str(uuid5(NAMESPACE_URL, self.grant(call).app)),
            "authEventId": str(uuid5(NAMESPACE_URL, TENANT["id"])),
            "tenantId": TENANT["id"],
            "tenantType": "ORGANISATION",
            "tenantName": TENANT["name"],
            "createdDateUtc": _CONNECTED_AT,
            "updatedDateUtc": _CONNECTED_AT,
        }
        return Answer(200, [connection])

    def grant(self, call: Call) -> Grant:
        """The grant of the call's access token. Raises LookupError with Xero's reason."""
        doc = self._access.get(_token(call))
        if not doc:
            raise LookupError("AuthenticationUnsuccessful")
        if doc["until"] <= milliseconds(call.at):
            raise LookupError(f"TokenExpired: token expired at {_us_time(doc['until'])}")
        actor = _APPS[doc["app"]]["actor"]
        return Grant(app=doc["app"], actor=actor, scopes=frozenset(doc["scope"].split()))

    def expire(self, call: Call) -> bool:
        """End the call's access token now."""
        doc = self._access.get(_token(call))
        if doc:
            self._access.put(_token(call), {**doc, "until": milliseconds(call.at)})
        return bool(doc)


def app_of(call: Call) -> str:
    """The client id of a token request."""
    return _credentials(call)[0]


def actor_of(call: Call) -> str:
    """The caller of a token request, whose secret may be wrong."""
    return _APPS.get(app_of(call), {}).get("actor", "")


def _authenticated(call: Call) -> str:
    app, secret = _credentials(call)
    if not app:
        raise _error("invalid_request")
    known = _APPS.get(app, {}).get("secret", "")
    if not known or not hmac.compare_digest(known, secret):
        raise _error("invalid_client")
    return app


def _credentials(call: Call) -> tuple[str, str]:
    """The client id and secret from the header or, as Xero's SDK sends them, from the form."""
    scheme, _, coded = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return call.form.get("client_id", ""), call.form.get("client_secret", "")
    try:
        app, _, secret = base64.b64decode(coded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return app, secret


def _token(call: Call) -> str:
    return _hash(call.headers.get("Authorization", "").removeprefix("Bearer "))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _us_time(ms: int) -> str:
    return instant(ms).strftime("%m/%d/%Y %H:%M:%S")


def _error(name: str) -> Refusal:
    return Refusal(Answer(400, {"error": name}))
