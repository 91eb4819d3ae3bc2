"""The credentials of calls."""

from base64 import b64encode
from typing import Protocol

from connectors.common.settings import Secret
from ports.failures import Misconfigured


class Auth(Protocol):
    """The credentials of one connection."""

    async def headers(self) -> dict[str, str]: ...

    async def refresh(self, failed: str) -> bool:
        """Renew a refused Authorization header; return whether there is another one to try."""
        ...


class Anonymous:
    """No credentials, as at a token endpoint."""

    async def headers(self) -> dict[str, str]:
        return {}

    async def refresh(self, failed: str) -> bool:
        return False


class ApiKey:
    """A secret in a header. It changes only when a person rotates it, and then it is read again."""

    def __init__(self, system: str, header: str, secret: Secret) -> None:
        self._system = system
        self._header = header
        self._secret = secret
        self._value = ""

    async def headers(self) -> dict[str, str]:
        if not self._value:
            self._value = self._read()
        return {self._header: self._value}

    async def refresh(self, failed: str) -> bool:
        before = failed or self._value
        self._value = self._read()
        return self._value != before

    def _read(self) -> str:
        return self.written(read_secret(self._system, self._secret))

    def written(self, secret: str) -> str:
        """The secret as the header has it."""
        return secret


class StaticBearer(ApiKey):
    """A token that does not expire."""

    def __init__(self, system: str, token: Secret) -> None:
        super().__init__(system, "Authorization", token)

    def written(self, secret: str) -> str:
        return f"Bearer {secret}"


class Basic(ApiKey):
    """A user and a secret (RFC 7617)."""

    def __init__(self, system: str, user: str, secret: Secret) -> None:
        super().__init__(system, "Authorization", secret)
        self._user = user

    def written(self, secret: str) -> str:
        return f"Basic {b64encode(f'{self._user}:{secret}'.encode()).decode()}"


def read_secret(system: str, secret: Secret) -> str:
    """Read the secret. Raises Misconfigured, naming what could not be read."""
    try:
        return secret()
    except OSError as missing:
        reason = f"cannot read a secret: {missing.strerror}: {missing.filename}"
        raise Misconfigured(system, reason) from missing
