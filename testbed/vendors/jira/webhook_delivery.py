"""The delivery of webhooks: one event in a request, signed, and sent again after a failure."""

import hashlib
import hmac
import json
from collections.abc import Sequence

from testbed.vendors.common.state import Doc
from testbed.vendors.common.webhooks import Post

_RETRIED = {408, 409, 425, 429}
_RETRIES = 5


class WebhookDelivery:
    """Forms the requests; retries follow after 5 to 15 minutes."""

    most = 1
    timeout = 20.0

    def __init__(self, pause: float) -> None:
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
        return Post(event["url"], body, headers)

    def gives_up(self, status: int) -> bool:
        return status not in _RETRIED and status < 500


def signature(secret: str, body: bytes) -> str:
    """The `X-Hub-Signature` of a webhook that was registered with a secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
