"""Apps on loopback ports, without signal handlers, so that they can live inside a test too."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from testbed.vendors.common.app import App

_GRACE = 1.0
# Longer than clients keep a connection, so that none is closed under a request on its way.
_IDLE = 75


class Wire(HttpToolsProtocol):
    """HTTP that lets the app get at its connection, to close it without an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"sandbox": {"transport": self.transport}}


@contextlib.asynccontextmanager
async def listening(app: App, port: int) -> AsyncIterator[str]:
    """Serve the app on a loopback port (0: a free one); yields its base URL."""
    config = Config(
        app,
        access_log=False,
        log_config=None,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        timeout_keep_alive=_IDLE,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()

    def connection() -> Wire:
        return Wire(config, state, {})

    server = await loop.create_server(connection, "127.0.0.1", port, backlog=512)
    try:
        await app.vendor.start()
        yield f"http://127.0.0.1:{_port(server.sockets[0])}"
    finally:
        server.close()
        await app.vendor.stop()
        await _drained(state)
        app.close()


async def _drained(state: ServerState) -> None:
    """Let the calls under way end, but not for long: what hangs is cut off without an answer."""
    for connection in list(state.connections):
        connection.shutdown()
    if state.tasks:
        await asyncio.wait(set(state.tasks), timeout=_GRACE)
    for connection in list(state.connections):
        if isinstance(connection, Wire):
            connection.transport.abort()
    await asyncio.sleep(0)
    for task in (late := set(state.tasks)):
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])
