"""Installs Debian packages where we may, and names them where we may not."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from testbed.stack.errors import Missing
from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor
from testbed.systems.common.alone import alone

_LOCK_TIMEOUT = "600"  # seconds that another installation may take
_LOCK = Path("/run/lock/cashward-debian")
_NOT_NEEDED = ("recommends", "suggests", "enhances", "conflicts", "breaks", "replaces")


async def ensure(
    packages: Sequence[str], supervisor: Supervisor, environment: Mapping[str, str] | None = None
) -> None:
    """Install what is missing, as root. Raises Missing with the command for root.

    One installation at a time runs on this machine.
    """
    wanted = missing(packages)
    if not wanted:
        return
    if shutil.which("apt-get") is None:
        raise Missing(f"this needs Debian's packages {', '.join(wanted)}: use Debian 12")
    settings = {"DEBIAN_FRONTEND": "noninteractive", **(environment or {})}
    install = ["install", "--no-install-recommends", "-y", *wanted]
    if os.geteuid() != 0:
        names = ", ".join(wanted)
        command = as_typed(["apt-get", *install], settings)
        reason = f"this needs Debian packages ({names}): as root, run `apt-get update`, then"
        raise Missing(f"{reason}\n  {command}")
    async with alone(_LOCK, lambda: None):
        for step in (["update"], install):
            argv = ["apt-get", "-qq", "-o", f"DPkg::Lock::Timeout={_LOCK_TIMEOUT}", *step]
            await Program(
                supervisor=supervisor, name=f"apt-{step[0]}", argv=argv, settings=settings
            ).run()


def as_typed(argv: Sequence[str], settings: Mapping[str, str]) -> str:
    """Return a command as a person types it, also after `sudo`."""
    return shlex.join(["env", *(f"{name}={value}" for name, value in settings.items()), *argv])


def missing(packages: Sequence[str]) -> list[str]:
    return [package for package in packages if not _is_installed(package)]


def installed_size(packages: Sequence[str]) -> int:
    """Return the bytes of these and of all that they need, as far as they are installed."""
    closed = ["--recurse", "--installed", *(f"--no-{what}" for what in _NOT_NEEDED)]
    output = _output_of("apt-cache", "depends", *closed, *packages)
    needed = {line for line in output.splitlines() if line[:1] not in {" ", "<"}}
    names = sorted(needed.union(packages))
    sizes = _output_of("dpkg-query", "-W", "-f", "${db:Status-Status} ${Installed-Size}\\n", *names)
    kilobytes = (line.split() for line in sizes.splitlines() if line.startswith("installed "))
    return sum(int(size[1]) for size in kilobytes) * 1024


def _is_installed(package: str) -> bool:
    return _output_of("dpkg-query", "-W", "-f", "${db:Status-Status}", package) == "installed"


def _output_of(program: str, *arguments: str) -> str:
    """Return the output of one of Debian's programs; nothing if it does not exist."""
    if shutil.which(program) is None:
        return ""
    asked = [program, *arguments]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout
