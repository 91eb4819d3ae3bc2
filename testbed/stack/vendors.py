"""The sandbox's vendors for one machine, in one program."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from testbed.stack.program import Program
from testbed.stack.supervisor import Supervisor, python

VENDORS = ("hubspot", "jira", "xero")


@dataclass(frozen=True)
class Sandbox:
    """The running vendors and their addresses; none if the real ones are used."""

    program: Program | None = None
    urls: Mapping[str, str] = field(default_factory=dict)


async def start_sandbox(
    supervisor: Supervisor, ports: Mapping[str, int], config: Mapping[str, object] | None
) -> Sandbox:
    """Start the vendors with this configuration, and wait until all of them listen."""
    if config is None:
        return Sandbox()
    room = supervisor.state.room("sandbox")
    ready, settings = room / "ready.json", room / "config.json"
    settings.write_text(json.dumps(config))
    options = [part for vendor in VENDORS for part in (f"--{vendor}-port", str(ports[vendor]))]
    options += ["--state", str(room / "data"), "--config", str(settings), "--ready", str(ready)]
    program = Program(
        supervisor=supervisor, name="sandbox", argv=python("testbed.vendors", *options)
    )

    async def all_listen() -> bool:
        return _announced(ready).get("pid") == program.pid

    program.ready = all_listen
    await program.up()
    announced = _announced(ready)
    return Sandbox(program, {vendor: str(announced[vendor]) for vendor in VENDORS})


def _announced(ready: Path) -> dict[str, str | int]:
    ports: dict[str, str | int] = json.loads(ready.read_text()) if ready.exists() else {}
    return ports
