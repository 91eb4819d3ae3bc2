"""The account that runs a program: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from testbed.stack.errors import Missing


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that choose the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user of this machine; by default, the current one."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_database(cls) -> "Account":
        """Return the current user, or `postgres` or `nobody` if that is root."""
        if os.geteuid() != 0:
            return OURSELVES
        for name in ("postgres", "nobody"):
            try:
                found = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(found.pw_uid, found.pw_gid)
        raise Missing("PostgreSQL does not run as root: add a user `postgres`, or run as a user")

    def identity(self) -> Identity:
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    # Asked of the system by trying: modes alone miss access lists and mount options.
    def can_enter(self, folder: Path) -> bool:
        return self._succeeds("/bin/sh", "-c", 'cd "$1"', "sh", str(folder))

    def can_run(self, program: Path) -> bool:
        return self._succeeds(str(program), "--version")

    def give(self, path: Path) -> None:
        """Give a file or folder of ours to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def _succeeds(self, *argv: str) -> bool:
        with suppress(OSError):
            tried = subprocess.run(
                argv, cwd="/", check=False, capture_output=True, **self.identity()
            )
            return tried.returncode == 0
        return False


OURSELVES = Account()
