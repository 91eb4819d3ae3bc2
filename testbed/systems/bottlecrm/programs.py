"""The programs of a BottleCRM site: their arguments, settings and readiness."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import httpx

from testbed.stack.errors import Missing
from testbed.stack.supervisor import Supervisor
from testbed.systems.bottlecrm.databases import IN_USE, ROLE, Databases


def environment(
    home: Path, room: Path, ports: Mapping[str, int], databases: Databases, supervisor: Supervisor
) -> dict[str, str]:
    """Return BottleCRM's variables; its settings module, as shipped, reads the rest."""
    queue = f"redis://127.0.0.1:{ports['redis']}/0"
    return {
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "PYTHONPATH": str(room),  # instead of ours, whose rooms are named as some of its own are
        "PATH": f"{home / 'venv/bin'}:/usr/bin:/bin",
        "SECRET_KEY": supervisor.state.secret("bottlecrm-key") * 2,
        "ENV_TYPE": "dev",
        "DEBUG": "False",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DOMAIN_NAME": f"http://127.0.0.1:{ports['site']}",
        "DBHOST": "127.0.0.1",
        "DBPORT": str(databases.port),
        "DBNAME": IN_USE,
        "DBUSER": ROLE,
        "DBPASSWORD": databases.password,
        "CELERY_BROKER_URL": queue,
        "CELERY_RESULT_BACKEND": queue,
    }


def own(home: Path, program: str, *options: str) -> list[str]:
    return [str(home / "venv/bin" / program), *options]


def redis(port: int, room: Path) -> list[str]:
    found = shutil.which("redis-server") or shutil.which("redis-server", path="/usr/sbin:/usr/bin")
    if found is None:
        raise Missing("BottleCRM needs Redis: install it (Debian: apt-get install redis-server)")
    options = {"port": str(port), "bind": "127.0.0.1", "save": "", "appendonly": "no"}
    options["dir"] = str(room)
    return [found, *(part for name, value in options.items() for part in (f"--{name}", value))]


def listens(port: int) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return False
        writer.close()
        return True

    return ready


def answers(url: str) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(url)).is_success
        except httpx.HTTPError:
            return False

    return ready
