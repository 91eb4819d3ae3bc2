"""Xero's identity service: access tokens, and the organisation that each app is connected to."""

import base64
import binascii
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from testbed.vendors.common.call import Call, Refusal, Response
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Store
from testbed.vendors.common.tokens import (
    AccessToken,
    Application,
    InvalidToken,
    TokenRefused,
    TokenRules,
    TokenServer,
)
from testbed.vendors.xero import errors

TENANT = {"id": "5d0c2a86-6f0b-4d8e-9a37-2f4e1c6b8a90", "name": "Lowfold Systems s.r.o."}
# https://developer.xero.com/documentation/guides/oauth2/scopes, granular scopes
_RESOURCES = {
    "accounting.invoices": {"Invoices", "CreditNotes"},
    "accounting.payments": {"Payments"},
    "accounting.contacts": {"Contacts"},
    "accounting.settings": {"Organisation", "Accounts", "TaxRates", "Currencies"},
}
_ALL_SCOPES = frozenset({*_RESOURCES, *(f"{scope}.read" for scope in _RESOURCES)})
_APPLICATIONS = tuple(
    Application(id=id_, secret=secret, actor=actor, scopes=_ALL_SCOPES)
    for id_, secret, actor in (
        ("cashward-xero", "xero-demo-secret", "cashward"),
        ("bank-feed", "xero-bank-secret", "bank"),
    )
)
_RULES = TokenRules(grants=frozenset({"client_credentials"}), access_life=30 * 60)


class Identity:
    """Serves tokens for custom connections, which are of one organisation."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._tokens = TokenServer(store, clock, _APPLICATIONS, _RULES)

    def token(self, call: Call) -> Response:
        """Serve `POST /connect/token`."""
        try:
            issued = self._tokens.issue(call.form | _credentials(call))
        except TokenRefused as refused:
            raise Refusal(Response(400, {"error": refused.error})) from refused
        body = {
            "access_token": issued.access_token,
            "expires_in": issued.expires_in,
            "token_type": "Bearer",
            "scope": " ".join(sorted(issued.scopes)),
        }
        return Response(200, body)

    def connections(self, call: Call) -> Response:
        """Serve `GET /connections`."""
        connection = {
            "id": str(uuid5(NAMESPACE_URL, self.read(call).client)),
            "tenantId": TENANT["id"],
            "tenantType": "ORGANISATION",
            "tenantName": TENANT["name"],
        }
        return Response(200, [connection])

    def read(self, call: Call) -> AccessToken:
        """The access token of a call. Raises Refusal."""
        try:
            return self._tokens.find(_bearer(call))
        except InvalidToken as invalid:
            raise Refusal(_expired(invalid.expired_at)) from invalid

    def expire(self, call: Call) -> Response | None:
        """End the call's access token now, and answer as for an expired one."""
        return _expired(call.at.timestamp()) if self._tokens.expire(_bearer(call)) else None

    def actor(self, call: Call) -> str:
        """The caller of a token request, whose secret may be wrong."""
        application = self._tokens.applications.get(app_of(call))
        return application.actor if application else ""


def allows(scopes: frozenset[str], method: str, resource: str) -> bool:
    """Whether one of the scopes opens the resource for the method."""
    needed = {scope for scope, resources in _RESOURCES.items() if resource in resources}
    if method == "GET":
        needed |= {f"{scope}.read" for scope in needed}
    return bool(needed & scopes)


def app_of(call: Call) -> str:
    """The client id of a token request."""
    return (call.form | _credentials(call)).get("client_id", "")


def _credentials(call: Call) -> dict[str, str]:
    """The client id and secret of the header. Xero's SDK sends them in the form instead."""
    scheme, _, coded = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        id_, _, secret = base64.b64decode(coded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": id_, "client_secret": secret}


def _bearer(call: Call) -> str:
    return call.headers.get("Authorization", "").removeprefix("Bearer ")


def _expired(at: float | None) -> Response:
    """401 for a token that expired then, or that never was one."""
    if at is None:
        return errors.problem(401, "Unauthorized", "AuthenticationUnsuccessful")
    shown = datetime.fromtimestamp(at, UTC).strftime("%m/%d/%Y %H:%M:%S")
    return errors.problem(401, "Unauthorized", f"TokenExpired: token expired at {shown}")
