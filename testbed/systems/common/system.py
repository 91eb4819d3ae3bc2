"""The interface of a real system on this machine: what it needs, how it is installed and runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor


class Place(BaseModel, frozen=True):
    """A running system: its address and credentials.

    `database` is the PostgreSQL URL where its rows can be counted.
    `connector` are the settings of Cashward's connector, by their names in environment
    variables (`URL`, `TOKEN`, …).
    `credentials` are credentials and ids for the people of a story: sales, delivery, the bank.
    """

    name: str
    url: str
    database: str
    connector: dict[str, str]
    credentials: dict[str, str]


class Running(Protocol):
    """A running system; its supervisor ends it."""

    @property
    def place(self) -> Place: ...
    @property
    def programs(self) -> Sequence[Program]:
        """Return the programs that must run for it to be up."""
        ...

    async def restart(self) -> None:
        """Kill it, as a power cut does, and start it again; what was committed is there."""
        ...

    async def reset(self) -> None:
        """Reset its data to what set-up made, while it runs."""
        ...


class System(Protocol):
    """One vendor's product. `release` names its snapshot in the cache."""

    @property
    def name(self) -> str: ...
    @property
    def release(self) -> str: ...
    @property
    def packages(self) -> Sequence[str]:
        """The Debian packages it runs on."""
        ...

    async def equip(self, supervisor: Supervisor) -> None:
        """Install what the machine must have, such as Debian packages (`common.debian`).

        Returns at once if it is there. Raises Missing if only a person can install it.
        """
        ...

    async def install(self, supervisor: Supervisor, cache: Path) -> None:
        """Put all that a start needs into the empty folder `cache`, with a snapshot of its data.

        Raises Missing if the machine lacks what only a person can install.
        """
        ...

    async def start(self, supervisor: Supervisor, cache: Path) -> Running:
        """Run it from the cache, on free ports, on its data in the supervisor's folder.

        Makes the data from the snapshot if there is none yet. Returns when it responds.
        """
        ...
