"""The delivery of webhooks: one event in a request, signed, and sent again after a failure."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

from testbed.vendors.common.state import Doc
from testbed.vendors.common.webhooks import Post
from testbed.vendors.jira.site import Site

_RETRIED = {408, 409, 425, 429}
_RETRIES = 5


class WebhookDelivery:
    """Forms the requests; retries follow after 5 to 15 minutes."""

    most = 1
    timeout = 20.0

    def __init__(self, site: Site, pause: float) -> None:
        self._secrets = {each["id"]: each["secret"] for each in site.facts["applications"]}
        self.pauses: Sequence[float] = [pause * (1 + n / 2) for n in range(_RETRIES)]

    def post(self, events: Sequence[Doc], attempt: int) -> Post:
        (event,) = events
        body = json.dumps(event["body"], ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "User-Agent": "Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Identifier": event["identifier"],
            "X-Atlassian-Webhook-Flow": "Primary",
        }
        if attempt:
            headers["X-Atlassian-Webhook-Retry"] = str(attempt)
        if event["secret"]:
            headers["X-Hub-Signature"] = signature(event["secret"], body)
        if application := event["application"]:
            token = signed_token(application, self._secrets[application], event["body"])
            headers["Authorization"] = f"Bearer {token}"
        return Post(event["url"], body, headers)

    def gives_up(self, status: int) -> bool:
        return status not in _RETRIED and status < 500


def signature(secret: str, body: bytes) -> str:
    """The `X-Hub-Signature` of a webhook that an administrator registered with a secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed_token(application: str, secret: str, body: Doc) -> str:
    """The JSON web token (HS256) of a webhook that an application registered."""
    issued = int(body["timestamp"]) // 1000
    claims = {"iss": application, "iat": issued, "exp": issued + 180}
    parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims)]
    signed = ".".join(parts)
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encoded(digest)}"


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
