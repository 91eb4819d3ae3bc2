"""The stack's folder: deleting it forgets everything, and one stack at a time may use it."""

import asyncio
import fcntl
import json
import os
import random
import secrets
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from runtime.local.processes import PATIENCE, command_of, running
from runtime.local.roster import Roster
from runtime.local.trouble import StackTrouble, Taken

LOG_LIMIT = 8 * 1024 * 1024
_PORTS = range(20_000, 30_000)  # none that the system itself lends to a connection on its way out
_CHANCE = random.SystemRandom()


@dataclass(frozen=True)
class State:
    """Where the stack keeps its data, logs, ports and secrets."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "State":
        """Make the folder: others may pass through it to what is theirs, and list nothing."""
        state = cls(folder.absolute())
        state.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        state.room("logs")
        return state

    @property
    def roster(self) -> Roster:
        return Roster(self.folder / "running.json")

    def room(self, name: str) -> Path:
        """A folder of our own inside the state."""
        room = self.folder / name
        room.mkdir(mode=0o700, exist_ok=True)
        return room

    def log(self, name: str) -> Path:
        """Where a program writes; what is too long to read makes way for the new."""
        log = self.folder / "logs" / f"{name}.log"
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        return log

    def ports(self, *names: str) -> dict[str, int]:
        """A free port for each name: last time's where it is free, so that links stay valid."""
        record = self.folder / "ports.json"
        known: dict[str, int] = json.loads(record.read_text()) if record.exists() else {}
        held = {name: _hold(known.get(name)) for name in names}
        ports = {name: holder.getsockname()[1] for name, holder in held.items()}
        for holder in held.values():
            holder.close()
        record.write_text(json.dumps({**known, **ports}, indent=2))
        return ports

    def has_secret(self, name: str) -> bool:
        return self._secret(name).exists()

    def secret(self, name: str) -> str:
        """A password that only the owner of the folder can read, made on first use."""
        file = self._secret(name)
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
                new.write(secrets.token_urlsafe(24))
        return file.read_text()

    async def take(self) -> int:
        """Take the folder for us alone; tells the lock, and whoever holds that holds the folder."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + 3 * PATIENCE
        while not _locked(lock):
            owner = int(os.pread(lock, 20, 0) or b"0")
            # An owner that is gone leaves its watchdog sweeping, which takes a moment.
            if running(owner) or time.monotonic() > deadline:
                os.close(lock)
                raise Taken(
                    f"{self.folder} is in use by process {owner} ({command_of(owner)}):"
                    " stop that one, or name another folder"
                )
            await asyncio.sleep(0.02)
        os.truncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        return lock

    def _secret(self, name: str) -> Path:
        return self.folder / f"{name}.secret"


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _hold(known: int | None) -> socket.socket:
    """Hold a port while its neighbours are chosen, so that no two get the same."""
    for port in chain([known] if known else [], _CHANCE.sample(_PORTS, len(_PORTS))):
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            holder.bind(("127.0.0.1", port))
            return holder
        holder.close()
    raise StackTrouble(f"No free port from {_PORTS.start} to {_PORTS.stop}: end some programs")
