"""Temporal for one machine: the development server with a database file."""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.service import ConnectConfig, RPCError, ServiceClient

from testbed.stack.binaries import find_temporal, temporal_version
from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor
from workflows import search_attributes

SEARCH_ATTRIBUTES = {key.name: key.indexed_value_type.name.title() for key in search_attributes.ALL}


@dataclass(frozen=True)
class Temporal:
    """A running Temporal server."""

    program: Program
    address: str
    ui_url: str
    note: str


async def start_temporal(
    supervisor: Supervisor, ports: Mapping[str, int], namespace: str
) -> Temporal:
    """Start Temporal on our file, and wait until it knows our namespace and search attributes."""
    binary = find_temporal()
    version = await asyncio.to_thread(temporal_version, binary)
    room = supervisor.state.room("temporal")
    # Another version may not read this one's file, so each has its own.
    file = room / f"{version}.db"
    others = ", ".join(sorted(other.stem for other in room.glob("*.db") if other != file))
    fresh = not file.exists()
    note = (
        f"Temporal {version} starts anew: it cannot read what {others} left"
        if fresh and others
        else ""
    )
    options = {
        "db-filename": str(file),
        "namespace": namespace,
        "ip": "127.0.0.1",
        "port": str(ports["temporal"]),
        "ui-port": str(ports["temporal-ui"]),
        "log-level": "warn",
    }
    argv = [str(binary), "server", "start-dev"]
    argv += [part for name, value in options.items() for part in (f"--{name}", value)]
    argv += [f"--sqlite-pragma={pragma}" for pragma in ("journal_mode=WAL", "synchronous=NORMAL")]
    argv += [f"--search-attribute={name}={kind}" for name, kind in SEARCH_ATTRIBUTES.items()]
    address = f"127.0.0.1:{ports['temporal']}"
    program = Program(
        supervisor=supervisor,
        name="temporal",
        argv=argv,
        ready=lambda: _serves(address, namespace),
        # It takes more than a second to say good-bye, and loses nothing when killed.
        stop_signal=signal.SIGKILL,
    )
    await program.up()
    return Temporal(program, address, f"http://127.0.0.1:{ports['temporal-ui']}", note)


async def _serves(address: str, namespace: str) -> bool:
    host, _, port = address.rpartition(":")
    with suppress(OSError, RuntimeError, RPCError):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        client = await ServiceClient.connect(ConnectConfig(target_host=address))
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=namespace)
        )
        return set(SEARCH_ATTRIBUTES) <= set(known.custom_attributes)
    return False
