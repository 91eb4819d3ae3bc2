"""A real system on this machine: what it needs, how it is installed once, how it runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor


class Place(BaseModel, frozen=True):
    """A running system: where it is, and who may come in.

    `database` is the PostgreSQL URL where its rows can be counted.
    `connector` is what Cashward's connector must be told, by the names of its settings, as
    environment variables spell them (`URL`, `TOKEN`, …).
    `credentials` are credentials and ids for the people of a story: sales, delivery, the bank.
    """

    name: str
    url: str
    database: str
    connector: dict[str, str]
    credentials: dict[str, str]


class Running(Protocol):
    """A system at work in a supervisor, which ends it when it leaves."""

    @property
    def place(self) -> Place: ...
    @property
    def programs(self) -> Sequence[Program]:
        """All that must be at work for it to be up."""
        ...

    async def restart(self) -> None:
        """End it hard, as a power cut does, and start it again; what was committed is there."""
        ...

    async def reset(self) -> None:
        """Bring its data back to what set-up made, while it runs."""
        ...


class System(Protocol):
    """One vendor's product. `release` names the snapshot in the cache; another one, another."""

    @property
    def name(self) -> str: ...
    @property
    def release(self) -> str: ...
    @property
    def packages(self) -> Sequence[str]:
        """The Debian packages it runs on."""
        ...

    async def equip(self, supervisor: Supervisor) -> None:
        """See to what the machine itself must have, such as Debian packages (`real.kit.debian`).

        At once if it is there. Raises Missing if only a person can bring it.
        """
        ...

    async def install(self, supervisor: Supervisor, cache: Path) -> None:
        """Put into the empty folder `cache` all that a start needs, a snapshot of its data too.

        Raises Missing if the machine lacks what only a person can bring.
        """
        ...

    async def start(self, supervisor: Supervisor, cache: Path) -> Running:
        """Run it from the cache, on free ports, on its data in the supervisor's folder.

        The data is made from the snapshot if there is none yet. Returns when it answers.
        """
        ...
