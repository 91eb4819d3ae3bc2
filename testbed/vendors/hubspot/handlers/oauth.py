"""OAuth: a new access token for a refresh token, which stays the same."""

from starlette.routing import Route

from testbed.vendors.common.call import Call, Refusal, Response
from testbed.vendors.common.tokens import TokenRefused, TokenServer
from testbed.vendors.hubspot.errors import envelope

PATHS = ("/oauth/v1/token", "/oauth/2026-03/token", "/oauth/2026-09/token")
_WRONG = {
    "unsupported_grant_type": ("UNSUPPORTED_GRANT_TYPE", "grant type"),
    "invalid_client": ("BAD_CLIENT_ID", "client id or secret"),
    "invalid_grant": ("BAD_REFRESH_TOKEN", "refresh token"),
}


class OAuthHandler:
    """Speaks for the token server in HubSpot's words."""

    def __init__(self, tokens: TokenServer) -> None:
        self._tokens = tokens

    def routes(self) -> list[Route]:
        return [Route(path, self.refresh, methods=["POST"]) for path in PATHS]

    def refresh(self, call: Call) -> Response:
        try:
            issued = self._tokens.issue(call.form)
        except TokenRefused as refused:
            raise _refused(refused.error) from refused
        return Response(
            200,
            {
                "token_type": "bearer",
                "access_token": issued.text,
                "refresh_token": issued.client.refresh_token,
                "expires_in": issued.life,
            },
        )


def _refused(error: str) -> Refusal:
    """HubSpot's style and that of OAuth in one body, as since 2026."""
    status, what = _WRONG[error]
    text = f"missing or invalid {what}"
    body = envelope(text) | {"status": status, "error": error, "error_description": text}
    return Refusal(Response(400, body))
