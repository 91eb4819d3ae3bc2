"""OAuth: access tokens for an hour against refresh tokens that serve once."""

import hashlib

from testbed.vendors.common.call import Answer, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core.access import unauthorized
from testbed.vendors.jira.core.routes import Endpoint
from testbed.vendors.jira.core.visit import Visit

_LIFE = 3600


def token(visit: Visit) -> Answer:
    """Trade a refresh token for an access token and the next refresh token; the old one dies."""
    body = visit.body
    client = _client(visit, body)
    match body.get("grant_type"):
        case "refresh_token":
            return Answer(200, _renewed(visit, client, str(body.get("refresh_token"))))
        case "client_credentials":
            return Answer(200, _access(visit, client))
    text = "Unsupported grant type."
    raise Refusal(Answer(400, {"error": "unsupported_grant_type", "error_description": text}))


def _client(visit: Visit, body: Doc) -> Doc:
    for client in visit.site.facts["oauth"]["clients"]:
        if (client["id"], client["secret"]) == (body.get("client_id"), body.get("client_secret")):
            return dict(client)
    text = "Client authentication failed."
    raise Refusal(Answer(401, {"error": "access_denied", "error_description": text}))


def _renewed(visit: Visit, client: Doc, old: str) -> Doc:
    tokens = visit.site.store.collection("_refresh_tokens")
    if tokens.get(old) != {"client": client["id"]}:
        text = "refresh_token is invalid"
        body = {"error": "unauthorized_client", "error_description": text}
        raise Refusal(Answer(403, body))
    tokens.delete(old)
    new = _invented(visit, client)
    tokens.put(new, {"client": client["id"]})
    return _access(visit, client) | {"refresh_token": new}


def _access(visit: Visit, client: Doc) -> Doc:
    access = f"eyJ.{_invented(visit, client)}.sandbox"
    scopes = client["scopes"]
    life = float(visit.site.options.get("access_token_seconds", _LIFE))
    grant = {"user": client["user"], "scopes": scopes}
    grant["expires"] = visit.site.now + round(life * 1000)
    visit.site.store.collection("_access_tokens").put(access, grant)
    return {
        "access_token": access,
        "expires_in": round(life),
        "token_type": "Bearer",
        "scope": " ".join(scopes),
    }


def _invented(visit: Visit, client: Doc) -> str:
    """A token nobody guesses by accident, the same in every run of the same story."""
    number = visit.site.store.next_id("_tokens")
    return hashlib.blake2b(f"{client['id']}|{number}".encode(), digest_size=20).hexdigest()


def resources(visit: Visit) -> Answer:
    """The sites an access token opens."""
    _, _, access = visit.call.headers.get("authorization", "").partition(" ")
    grant = visit.site.store.collection("_access_tokens").get(access)
    if grant is None or grant["expires"] <= visit.site.now:
        raise unauthorized("Unauthorized")
    site = {
        "id": visit.site.facts["cloudId"],
        "name": visit.site.facts["name"].lower(),
        "url": visit.base,
        "scopes": [scope for scope in grant["scopes"] if scope != "offline_access"],
        "avatarUrl": f"{visit.base}/avatar/site.png",
    }
    return Answer(200, [site])


ENDPOINTS = (
    Endpoint("POST", "/oauth/token", "", token),
    Endpoint("GET", "/oauth/token/accessible-resources", "", resources),
)
