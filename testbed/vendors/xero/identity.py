"""Xero's identity service: access tokens, and the organisation that each app is connected to."""

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
            issued = self._tokens.issue(_form(call))
        except TokenRefused as refused:
            raise Refusal(Response(400, {"error": refused.error})) from refused
        return Response(200, issued.body)

    def connections(self, call: Call) -> Response:
        """Serve `GET /connections`."""
        connection = {
            "id": str(uuid5(NAMESPACE_URL, self.read(call).client.id)),
            "tenantId": TENANT["id"],
            "tenantType": "ORGANISATION",
            "tenantName": TENANT["name"],
        }
        return Response(200, [connection])

    def read(self, call: Call) -> AccessToken:
        """The access token of a call. Raises Refusal."""
        try:
            return self._tokens.find(call.bearer)
        except InvalidToken as invalid:
            raise Refusal(_expired(invalid.expired_at)) from invalid

    def expire(self, call: Call) -> Response | None:
        """End the call's access token now, and answer as for an expired one."""
        return _expired(call.at.timestamp()) if self._tokens.expire(call.bearer) else None

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
    return _form(call).get("client_id", "")


def _form(call: Call) -> dict[str, str]:
    """The token request. Xero's SDK sends the client's credentials in it, others in the header."""
    id_, secret = call.basic
    return call.form | ({"client_id": id_, "client_secret": secret} if id_ else {})


def _expired(at: float | None) -> Response:
    """401 for a token that expired then, or that never was one."""
    if at is None:
        return errors.problem(401, "Unauthorized", "AuthenticationUnsuccessful")
    shown = datetime.fromtimestamp(at, UTC).strftime("%m/%d/%Y %H:%M:%S")
    return errors.problem(401, "Unauthorized", f"TokenExpired: token expired at {shown}")
