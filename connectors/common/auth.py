"""How a call says who we are."""

from abc import ABC, abstractmethod
from base64 import b64encode
from typing import Protocol

from connectors.common.settings import Secret
from ports.failures import Misconfigured


class Auth(Protocol):
    """The credentials of one connection."""

    async def headers(self) -> dict[str, str]: ...

    async def refresh(self, failed: str) -> bool:
        """The vendor refused this Authorization header. Answers whether there is another to try."""
        ...


class Anonymous:
    """No credentials, as at a token endpoint."""

    async def headers(self) -> dict[str, str]:
        return {}

    async def refresh(self, failed: str) -> bool:
        del failed
        return False


class _Static(ABC):
    """A credential that changes only when a person rotates it: then it is read anew."""

    def __init__(self, system: str, secret: Secret) -> None:
        self._system = system
        self._secret = secret
        self._header = ""

    async def headers(self) -> dict[str, str]:
        if not self._header:
            self._header = self._read()
        return {"Authorization": self._header}

    async def refresh(self, failed: str) -> bool:
        self._header = self._read()
        return self._header != failed

    def _read(self) -> str:
        return self._spell(read_secret(self._system, self._secret))

    @abstractmethod
    def _spell(self, secret: str) -> str: ...


class StaticBearer(_Static):
    """A token that does not expire."""

    def _spell(self, secret: str) -> str:
        return f"Bearer {secret}"


class Basic(_Static):
    """A user and a secret (RFC 7617)."""

    def __init__(self, system: str, user: str, secret: Secret) -> None:
        super().__init__(system, secret)
        self._user = user

    def _spell(self, secret: str) -> str:
        return f"Basic {b64encode(f'{self._user}:{secret}'.encode()).decode()}"


def read_secret(system: str, secret: Secret) -> str:
    """The secret, or Misconfigured naming what could not be read."""
    try:
        return secret()
    except OSError as missing:
        reason = f"cannot read a secret: {missing.strerror}: {missing.filename}"
        raise Misconfigured(system, reason) from missing
