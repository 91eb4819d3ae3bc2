"""Errors that keep the local stack from running; each message says what to do."""

from pathlib import Path


class StackError(Exception):
    """The local stack cannot run; the message says what to do about it."""


class Missing(StackError):
    """A program that the stack needs is not on this machine."""


class Taken(StackError):
    """Another stack uses this folder."""


class Died(StackError):
    """A program ended, or never became ready; its last words are in the message."""

    def __init__(self, name: str, what: str, log: Path) -> None:
        super().__init__(f"{name} {what}. Its log is {log}; it ends:\n{_last_lines(log)}")


def _last_lines(log: Path, count: int = 12) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"  {line}" for line in lines[-count:]) or "  (nothing)"
