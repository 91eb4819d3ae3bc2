"""The list of running programs, on disk, so that the watchdog can end them.

It uses only the standard library: the watchdog loads it in a bare interpreter.
"""

import json
import signal
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from testbed.stack.errors import StackError
from testbed.stack.processes import end_groups, running, start_time_of


@dataclass(frozen=True)
class Entry:
    """One running program: its process and its stop signal."""

    name: str
    pid: int
    started_at: str
    stop_signal: int


@dataclass(frozen=True)
class PidFile:
    """The programs of one stack, in the order they started."""

    path: Path

    def add(self, name: str, pid: int, stop_signal: signal.Signals) -> None:
        self._write([*self.entries(), Entry(name, pid, start_time_of(pid), stop_signal)])

    def remove(self, pid: int) -> None:
        self._write([entry for entry in self.entries() if entry.pid != pid])

    def entries(self) -> list[Entry]:
        if not self.path.exists():
            return []
        try:
            return [Entry(**entry) for entry in json.loads(self.path.read_text())]
        except (ValueError, TypeError) as damaged:
            raise StackError(
                f"{self.path} is damaged, so nobody knows what still runs from this folder:"
                " end what does, and delete that file"
            ) from damaged

    def sweep(self) -> list[str]:
        """End what still runs, newest first, but no other process that has its number now."""
        left = [entry for entry in reversed(self.entries()) if _is_still(entry)]
        for _, alike in groupby(left, key=_role):  # workers need not wait for each other
            end_groups({entry.pid: entry.stop_signal for entry in alike})
        self._write([])
        return [entry.name for entry in left]

    def _write(self, entries: list[Entry]) -> None:
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps([asdict(entry) for entry in entries]))
        draft.replace(self.path)


def _role(entry: Entry) -> str:
    return entry.name.rpartition("-")[0] or entry.name


def _is_still(entry: Entry) -> bool:
    return running(entry.pid) and start_time_of(entry.pid) == entry.started_at
