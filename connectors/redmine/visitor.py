"""How a call says who we are: Redmine has a header of its own."""

from connectors.kit.auth import read_secret
from connectors.kit.settings import Secret


class Visitor:
    """A key changes only when a person makes a new one: then it is read anew."""

    def __init__(self, system: str, secret: Secret) -> None:
        self._system = system
        self._secret = secret
        self._key = ""

    async def headers(self) -> dict[str, str]:
        if not self._key:
            self._key = read_secret(self._system, self._secret)
        return {"X-Redmine-API-Key": self._key}

    async def refresh(self, failed: str) -> bool:
        del failed
        before = self._key
        self._key = read_secret(self._system, self._secret)
        return self._key != before
