"""The stack's folder. Deleting it deletes everything; one stack at a time may use it."""

import asyncio
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from testbed.stack.errors import StackError, Taken
from testbed.stack.pid_file import PidFile
from testbed.stack.ports import free_ports
from testbed.stack.processes import STOP_TIMEOUT, command_of, running

LOG_LIMIT = 8 * 1024 * 1024


@dataclass(frozen=True)
class State:
    """The folder of the stack's data, logs, ports and secrets."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "State":
        """Make the folder; others may pass through it to their own files, but list nothing."""
        state = cls(folder.absolute())
        with state.usable():
            state.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        state.room("logs")
        return state

    @property
    def pid_file(self) -> PidFile:
        return PidFile(self.folder / "running.json")

    def room(self, name: str) -> Path:
        """Return a folder of ours inside the state."""
        room = self.folder / name
        with self.usable():
            room.mkdir(mode=0o700, exist_ok=True)
        return room

    @contextmanager
    def usable(self) -> Iterator[None]:
        """Turn an OSError in the folder into a StackError that says what to do."""
        try:
            yield
        except OSError as wrong:
            raise StackError(
                f"{self.folder} cannot keep the stack ({wrong.strerror}: {wrong.filename}):"
                " make it a folder that you may write, or name another with --state"
            ) from wrong

    def log(self, name: str) -> Path:
        """Return the log file of a program."""
        return self.folder / "logs" / f"{name}.log"

    def make_way(self, name: str) -> Path:
        """Return the log of a program about to start; move a log that is too long aside."""
        log = self.log(name)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        return log

    def ports(self, *names: str) -> dict[str, int]:
        """Return a free port for each name, last time's if it is free, so that links stay valid."""
        record = self.folder / "ports.json"
        known: dict[str, int] = {}
        if record.exists():
            with suppress(ValueError):  # damaged, it is as good as none
                known = json.loads(record.read_text())
        ports = free_ports(names, known)
        record.write_text(json.dumps({**known, **ports}, indent=2))
        return ports

    def has_secret(self, name: str) -> bool:
        return self._secret(name).exists()

    def secret(self, name: str) -> str:
        """Return a password that only the folder's owner can read; make it on first use."""
        file = self._secret(name)
        if not file.exists():
            draft = file.with_suffix(".new")  # a start that is cut short leaves no half of a secret
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(24))
            draft.replace(file)
        return file.read_text()

    async def take(self) -> int:
        """Lock the folder for us alone; return the lock, whose holder has the folder."""
        with self.usable():
            lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + 3 * STOP_TIMEOUT
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
