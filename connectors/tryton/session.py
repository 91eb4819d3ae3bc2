"""Signing in to Tryton: a session that is renewed when Tryton lets it go."""

import asyncio
from base64 import b64encode

from pydantic import Field

from connectors.kit import Api, Secret
from connectors.kit.auth import read_secret
from connectors.tryton.refusals import explain_reply
from connectors.tryton.wire import Wire
from ports.failures import Misconfigured, Rejected


class _SignedIn(Wire):
    result: tuple[int, str, object] = Field(repr=False)


class Session:
    """An Auth by user and password.

    After five minutes without a call Tryton answers 401 to what matters, such as a posting: it was
    not done, and is asked for again in a new session.
    """

    def __init__(self, api: Api, database: str, user: str, password: Secret) -> None:
        self._api = api
        self._database = database
        self._user = user
        self._password = password
        self._lock = asyncio.Lock()
        self._header = ""

    async def headers(self) -> dict[str, str]:
        if not self._header:
            await self.refresh("")
        return {"Authorization": self._header}

    async def refresh(self, failed: str) -> bool:
        async with self._lock:
            if self._header == failed:
                self._header = await self._sign_in()
        return True

    async def _sign_in(self) -> str:
        password = {"password": read_secret(self._api.system, self._password)}
        body = {"id": 0, "method": "common.db.login", "params": [self._user, password, "en"]}
        try:
            answer = await self._api.post("/{}/rpc/", self._database, body=body, reads=True)
            explain_reply(answer)
        except Rejected as refused:
            raise Misconfigured(refused.system, f"cannot sign in: {refused.reason}") from refused
        user, token, _ = answer.read(_SignedIn).result
        return f"Session {b64encode(f'{self._user}:{user}:{token}'.encode()).decode()}"
