"""The proxy injects the chosen fault into the chosen exchange, and no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from testbed.certificates import authorities
from testbed.systems.common.exchange import Request
from testbed.systems.common.proxy import Fault, Proxy, proxy_before
from testbed.vendors.serving import serve

COMPANIES = "/crm/v3/objects/companies"
SALES = {"Authorization": "Bearer pat-na1-sales-demo"}
CONFIG: dict[str, Any] = {"hubspot": {"search_lag": 0}}


class Scene:
    """A caller that uses the proxy, and one that connects directly."""

    def __init__(self, proxy: Proxy, through: httpx.AsyncClient, beside: httpx.AsyncClient) -> None:
        self.proxy = proxy
        self._through = through
        self._beside = beside

    async def create(self, name: str) -> httpx.Response:
        return await self._through.post(COMPANIES, json={"properties": {"name": name}})

    async def names(self) -> list[str]:
        body = {"filterGroups": [], "properties": ["name"], "limit": 100}
        found = (await self._beside.post(f"{COMPANIES}/search", json=body)).raise_for_status()
        return [each["properties"]["name"] for each in found.json()["results"]]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with _scene(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def _scene(folder: Path) -> AsyncIterator[Scene]:
    async with (
        serve(folder, only=["hubspot"], config=CONFIG) as sandbox,
        proxy_before(sandbox.urls["hubspot"]) as proxy,
        httpx.AsyncClient(
            base_url=proxy.url, headers=SALES, timeout=2, verify=authorities()
        ) as through,
        httpx.AsyncClient(
            base_url=sandbox.urls["hubspot"], headers=SALES, verify=authorities()
        ) as beside,
    ):
        yield Scene(proxy, through, beside)


def is_post(request: Request) -> bool:
    return request.method == "POST"


async def test_what_is_not_hurt_passes_unchanged_over_one_connection(scene: Scene) -> None:
    for number in range(3):
        assert (await scene.create(f"Whole {number}")).status_code == 201
    assert {f"Whole {number}" for number in range(3)} <= set(await scene.names())
    assert [(each.fault, each.status) for each in scene.proxy.seen] == [(None, 201)] * 3


@pytest.mark.parametrize(
    ("fault", "happens"),
    [(Fault.LOST_REPLY, True), (Fault.RESET, False), (Fault.BLACKHOLE, False)],
)
async def test_a_caller_that_hears_nothing_cannot_tell_whether_it_happened(
    scene: Scene, fault: Fault, happens: bool
) -> None:
    scene.proxy.once(fault, is_post)
    with pytest.raises(httpx.TransportError):
        await scene.create("Unheard")
    assert ("Unheard" in await scene.names()) is happens
    assert (await scene.create("Heard")).status_code == 201


async def test_a_late_commit_lands_after_the_caller_has_left(scene: Scene) -> None:
    scene.proxy.delay = 0.3
    scene.proxy.once(Fault.LATE_COMMIT, is_post)
    with pytest.raises(httpx.TransportError):
        await scene.create("Late")
    assert "Late" not in await scene.names()
    while not scene.proxy.seen:
        await asyncio.sleep(0.02)
    assert "Late" in await scene.names()


@pytest.mark.parametrize(
    ("fault", "status", "happens"),
    [(Fault.THROTTLED, 429, False), (Fault.BAD_GATEWAY, 502, True), (Fault.DELAY, 201, True)],
)
async def test_a_gateways_word_says_nothing_of_what_happened(
    scene: Scene, fault: Fault, status: int, happens: bool
) -> None:
    scene.proxy.delay = 0.1
    scene.proxy.once(fault, is_post)
    assert (await scene.create("Perhaps")).status_code == status
    assert ("Perhaps" in await scene.names()) is happens


async def test_every_third_is_hurt_and_no_other(scene: Scene) -> None:
    scene.proxy.every(3, Fault.THROTTLED, is_post)
    statuses = [(await scene.create(f"Count {number}")).status_code for number in range(7)]
    assert statuses == [201, 201, 429, 201, 201, 429, 201]


@pytest.mark.parametrize(("rate", "hurt"), [(0.0, []), (0.3, [4, 7, 10]), (0.5, [2, 4, 6, 8, 10])])
async def test_a_share_is_hurt_evenly_spread(scene: Scene, rate: float, hurt: list[int]) -> None:
    scene.proxy.share(rate, Fault.THROTTLED, is_post)
    statuses = [(await scene.create(f"Share {number}")).status_code for number in range(10)]
    assert [number for number, status in enumerate(statuses, start=1) if status == 429] == hurt


async def test_nine_of_ten_are_hurt_where_that_is_wanted(scene: Scene) -> None:
    scene.proxy.share(0.9, Fault.THROTTLED, is_post)
    statuses = [(await scene.create(f"Most {number}")).status_code for number in range(20)]
    assert statuses.count(201) == 2


async def test_a_system_that_is_down_breaks_the_connection() -> None:
    async with (
        proxy_before("http://127.0.0.1:9") as proxy,
        httpx.AsyncClient(verify=authorities()) as http,
    ):
        with pytest.raises(httpx.TransportError):
            await http.get(proxy.url)


async def test_a_system_that_dies_in_the_middle_of_its_answer_breaks_the_connection() -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        writer.close()

    server = await asyncio.start_server(die, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        proxy_before(f"http://127.0.0.1:{port}") as proxy,
        httpx.AsyncClient(verify=authorities()) as http,
    ):
        with pytest.raises(httpx.TransportError):
            await http.post(proxy.url, content=b"")
        assert [each.status for each in proxy.seen] == [0]
