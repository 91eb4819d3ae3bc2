"""`python -m testbed.vendors` is ready when it says so, ends on a signal, and keeps its state."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from testbed.certificates import authorities

DEAL = "/crm/v3/objects/deals/51230000017"
HEADERS = {"Authorization": "Bearer pat-na1-cashward-demo"}


@asynccontextmanager
async def running(
    state: Path, *more: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    ready = state / "ready.json"
    ready.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "testbed.vendors",
        "--state",
        str(state),
        "--ready",
        str(ready),
    ]
    process = await asyncio.create_subprocess_exec(*command, "--only", "hubspot", *more)
    try:
        async with asyncio.timeout(20):
            while not ready.exists():
                assert process.returncode is None
                await asyncio.sleep(0.05)
        yield process, json.loads(ready.read_text())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def patch(url: str, paid: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, verify=authorities()) as client:
        return await client.patch(DEAL, json={"properties": {"cashward_paid": paid}})


async def test_a_killed_sandbox_has_kept_what_it_answered(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, ready):
        assert ready["pid"] == process.pid
        assert (await patch(ready["hubspot"], "12.50")).status_code == 200
        process.send_signal(signal.SIGKILL)
        await process.wait()
    port = ready["hubspot"].rpartition(":")[2]
    async with running(tmp_path, "--hubspot-port", port) as (process, again):
        assert again["hubspot"] == ready["hubspot"]
        async with httpx.AsyncClient(
            base_url=again["hubspot"], headers=HEADERS, verify=authorities()
        ) as client:
            read = await client.get(DEAL, params={"properties": "cashward_paid"})
            log = (await client.get("/_sandbox/oplog")).json()
        assert read.json()["properties"]["cashward_paid"] == "12.50"
        assert [line["method"] for line in log] == ["PATCH", "GET"]


async def test_sigterm_ends_it_clean_even_while_a_call_hangs(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    config.write_text('{"faults": {"rules": [{"kind": "hang"}], "hang_for": 60}}')
    async with running(tmp_path, "--config", str(config)) as (process, ready):
        call = asyncio.create_task(patch(ready["hubspot"], "1"))
        await asyncio.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            assert await process.wait() == 0
        assert isinstance((await asyncio.gather(call, return_exceptions=True))[0], httpx.HTTPError)
