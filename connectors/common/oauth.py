"""Bearer tokens that expire: fetched once for all who wait, and renewed before they expire."""

import asyncio
import time
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, Field

from connectors.common.auth import read_secret
from connectors.common.http import Api
from connectors.common.settings import Secret
from ports.failures import Misconfigured, Rejected

_SHARE_OF_LIFE = 0.8
Clock = Callable[[], float]


class _Token(BaseModel):
    access_token: str = Field(min_length=1)
    expires_in: float
    refresh_token: str = ""


@dataclass(frozen=True)
class TokenEndpoint:
    """A token endpoint, and our app as it is registered there.

    RFC 6749 asks for a form; `as_json` is for a vendor that wants JSON.
    """

    api: Api
    url: str
    client_id: str
    client_secret: Secret
    as_json: bool = False

    async def ask(self, form: dict[str, str], headers: dict[str, str] | None = None) -> _Token:
        """Request a token; a lost response may be requested again, as it changes no records."""
        body, form_body = (form, None) if self.as_json else (None, form)
        try:
            response = await self.api.post(
                self.url, body=body, form=form_body, headers=headers, reads=True
            )
        except Rejected as refused:
            reason = f"the token endpoint refuses our credentials: {refused.reason}"
            raise Misconfigured(refused.system, reason) from refused
        return response.read(_Token)

    def read(self, secret: Secret) -> str:
        return read_secret(self.api.system, secret)


class _Tokens(ABC):
    """An Auth with a token endpoint; a subclass per grant makes the request."""

    def __init__(self, endpoint: TokenEndpoint, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._lock = asyncio.Lock()
        self._header = ""
        self._fresh_until = 0.0

    async def headers(self) -> dict[str, str]:
        if not self._is_fresh:
            async with self._lock:
                if not self._is_fresh:
                    await self._renew()
        return {"Authorization": self._header}

    async def refresh(self, failed: str) -> bool:
        async with self._lock:
            if self._header == failed:
                await self._renew()
        return True

    @property
    def _is_fresh(self) -> bool:
        return bool(self._header) and self._clock() < self._fresh_until

    async def _renew(self) -> None:
        asked_at = self._clock()
        token = await self._ask()
        self._header = f"Bearer {token.access_token}"
        self._fresh_until = asked_at + token.expires_in * _SHARE_OF_LIFE

    @abstractmethod
    async def _ask(self) -> _Token: ...


class OAuthRefresh(_Tokens):
    """The refresh-token grant. A rotated refresh token is kept while the process lives."""

    def __init__(
        self, endpoint: TokenEndpoint, refresh_token: Secret, *, clock: Clock = time.monotonic
    ) -> None:
        super().__init__(endpoint, clock)
        self._refresh_token = refresh_token
        self._rotated = ""

    async def _ask(self) -> _Token:
        given = self._endpoint.read(self._refresh_token)
        token = await self._exchange(self._rotated or given, given)
        if token.refresh_token not in ("", given):
            self._rotated = token.refresh_token
        return token

    async def _exchange(self, refresh_token: str, given: str) -> _Token:
        try:
            return await self._endpoint.ask(self._form(refresh_token))
        except Misconfigured:
            if refresh_token == given:
                raise
            # A person signed in anew, or another worker rotated it: what we were given is newer.
            self._rotated = ""
            return await self._endpoint.ask(self._form(given))

    def _form(self, refresh_token: str) -> dict[str, str]:
        return {
            "grant_type": "refresh_token",
            "client_id": self._endpoint.client_id,
            "client_secret": self._endpoint.read(self._endpoint.client_secret),
            "refresh_token": refresh_token,
        }


class ClientCredentials(_Tokens):
    """The client-credentials grant: the client is in a Basic header, or in a JSON body.

    (RFC 6749, 2.3.1 and 4.4.)
    """

    def __init__(
        self, endpoint: TokenEndpoint, scope: str = "", *, clock: Clock = time.monotonic
    ) -> None:
        super().__init__(endpoint, clock)
        self._scope = scope

    async def _ask(self) -> _Token:
        grant = {"grant_type": "client_credentials"}
        if self._scope:
            grant["scope"] = self._scope
        client, secret = self._endpoint.client_id, self._endpoint.read(self._endpoint.client_secret)
        if self._endpoint.as_json:
            return await self._endpoint.ask(grant | {"client_id": client, "client_secret": secret})
        basic = b64encode(f"{client}:{secret}".encode()).decode()
        return await self._endpoint.ask(grant, {"Authorization": f"Basic {basic}"})
