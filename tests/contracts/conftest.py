"""One contract for all vendors: each role's suite runs over every vendor that fills it.

`tests/contracts/<vendor>.py` has an async context manager per role (`crm`, `pm`, `erp`), which
yields that role's harness: what the suite may do at the vendor by hand. It takes an empty folder;
the harness of a real system takes the running system instead, and is marked `real`.
"""

import importlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from testbed.systems.catalog import NAMES, system_named
from testbed.systems.system_pool import SystemPool

PLAYERS = {
    "crm": (
        "hubspot",
        "memory",
        "bottlecrm",
    ),
    "pm": (
        "jira",
        "memory",
        "redmine",
    ),
    "erp": (
        "xero",
        "memory",
        "tryton",
    ),
}


def _harness(role: str) -> Callable[..., AsyncIterator[Any]]:
    @pytest.fixture(name=role, params=[_param(vendor) for vendor in PLAYERS[role]])
    async def harness(
        request: pytest.FixtureRequest, tmp_path: Path, system_pool: SystemPool
    ) -> AsyncIterator[Any]:
        name = request.param
        request.node.user_properties += [("role", role), ("vendor", name)]
        vendor = importlib.import_module(f"tests.contracts.{name}")
        at = await system_pool.open(system_named(name)) if name in NAMES else tmp_path
        async with getattr(vendor, role)(at) as opened:
            request.node.user_properties.append(("capabilities", _capabilities(role, opened)))
            yield opened

    return harness


def _capabilities(role: str, harness: Any) -> str:
    """Record what the vendor declares, for `scripts/contracts.py`."""
    player = harness.invoicing if role == "erp" else getattr(harness, role)
    return ", ".join(sorted(player.capabilities))


def _param(vendor: str) -> Any:
    return pytest.param(vendor, marks=pytest.mark.real) if vendor in NAMES else vendor


crm = _harness("crm")
pm = _harness("pm")
erp = _harness("erp")
