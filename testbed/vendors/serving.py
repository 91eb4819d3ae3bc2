"""Serves vendors in the running loop, each on its own port."""

import contextlib
import importlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from testbed.vendors.common.app import App
from testbed.vendors.common.clock import Clock
from testbed.vendors.common.faults import FaultConfig
from testbed.vendors.common.server import listening
from testbed.vendors.common.state import Store
from testbed.vendors.common.vendor import Vendor

VENDORS = ("hubspot", "jira", "xero")


@dataclass(frozen=True)
class Sandbox:
    """The vendors that are served: their addresses, and their apps for tests to inspect."""

    urls: dict[str, str] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def serve(
    state: Path,
    *,
    config: Mapping[str, Any] | None = None,
    only: Sequence[str] = VENDORS,
    ports: Mapping[str, int] | None = None,
) -> AsyncIterator[Sandbox]:
    """Serve vendors from the state in a directory, seeded when it is new, until the block ends."""
    sandbox = Sandbox()
    async with contextlib.AsyncExitStack() as stack:
        for name in only:
            app = open_app(name, state, config or {})
            port = (ports or {}).get(name, 0)
            sandbox.apps[name] = app
            sandbox.urls[name] = await stack.enter_async_context(listening(app, port))
        yield sandbox


def open_app(name: str, state: Path, config: Mapping[str, Any]) -> App:
    """The app of one vendor over its state; `config` is the whole config file."""
    options = config.get(name, {})
    faults = FaultConfig.model_validate(options.get("faults", config.get("faults", {})))
    store = Store(state / f"{name}.sqlite")
    vendor = _vendor(name)(store, options, Clock())
    if not store.collection("_sandbox").get("seeded"):
        vendor.seed()
        store.collection("_sandbox").put("seeded", {"by": name})
        store.commit()
    return App(vendor, faults, state / f"{name}.oplog.jsonl")


def _vendor(name: str) -> type[Vendor]:
    # Imports only the vendor that is served, because each import takes time.
    found: type[Vendor] = importlib.import_module(f"testbed.vendors.{name}").VENDOR
    return found
