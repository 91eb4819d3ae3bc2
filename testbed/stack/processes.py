"""Finds and ends processes of the operating system.

It uses only the standard library: the watchdog loads it in a bare interpreter.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

STOP_TIMEOUT = 8.0
"""Seconds that a program has to end by itself before it is killed."""

_PROC = Path("/proc")
_STATE, _THREADS, _STARTED = 0, 17, 19  # fields of /proc/PID/stat after the name in brackets


def running(pid: int) -> bool:
    """Whether the process still runs; one that waits to be reaped does not."""
    if _has_proc():
        fields = _stat(pid)
        # A killed process with threads is not gone before the last of them let go of its files.
        return bool(fields) and (fields[_STATE] not in "ZX" or int(fields[_THREADS]) > 1)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def start_time_of(pid: int) -> str:
    """Return when the process began; with its pid, this identifies it for ever."""
    if _has_proc():
        fields = _stat(pid)
        return fields[_STARTED] if fields else ""
    return _ps(pid, "lstart=")


def command_of(pid: int) -> str:
    """Return the command line of the process, or nothing."""
    if _has_proc():
        with suppress(OSError):
            cmdline = (_PROC / str(pid) / "cmdline").read_bytes()
            return cmdline.decode(errors="replace").replace("\0", " ").strip()
        return ""
    return _ps(pid, "command=")


def end_groups(stop_signals: Mapping[int, int], timeout: float = STOP_TIMEOUT) -> None:
    """Send each process group its stop signal, all at once; kill those that go on."""
    for pid, stop_signal in stop_signals.items():
        signal_group(pid, stop_signal)
    _wait_for(stop_signals, timeout)
    for pid in stop_signals:
        signal_group(pid, signal.SIGKILL)
    _wait_for(stop_signals, timeout)


def signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _wait_for(pids: Iterable[int], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while any(map(running, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)


def _has_proc() -> bool:
    return (_PROC / "self" / "stat").exists()


def _stat(pid: int) -> list[str]:
    with suppress(OSError):
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return []


def _ps(pid: int, column: str) -> str:
    asked = ["/bin/ps", "-o", column, "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
