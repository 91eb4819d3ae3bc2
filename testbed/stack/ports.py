"""Finds free ports on loopback outside the system's range for outgoing connections."""

import random
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import chain

from testbed.stack.errors import StackError

_PORTS = range(20_000, 30_000)
_CHANCE = random.SystemRandom()


def free_port() -> int:
    return free_ports(["any"], {})["any"]


def free_ports(names: Sequence[str], known: Mapping[str, int]) -> dict[str, int]:
    """Return a different free port for each name; the known one if it is free."""
    held = {name: _hold(known.get(name)) for name in names}
    ports = {name: int(holder.getsockname()[1]) for name, holder in held.items()}
    for holder in held.values():
        holder.close()
    return ports


def _hold(known: int | None) -> socket.socket:
    at_random = (_CHANCE.choice(_PORTS) for _ in _PORTS)
    for port in chain([known] if known else [], at_random):
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            holder.bind(("127.0.0.1", port))
            return holder
        holder.close()
    raise StackError(f"No free port from {_PORTS.start} to {_PORTS.stop}: end some programs")
