"""One law, every vendor: each role's suite runs over every vendor that plays it.

`tests/contracts/<vendor>.py` has an async context manager per role (`crm`, `pm`, `erp`), which
yields that role's bench: what the suite may do at the vendor by hand. It takes an empty folder;
the bench of a real system takes the running system instead, and is marked `real`.
"""

import importlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from real.catalog import NAMES, system_named
from real.street import Street

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


def _bench(role: str) -> Callable[..., AsyncIterator[Any]]:
    @pytest.fixture(name=role, params=[_param(vendor) for vendor in PLAYERS[role]])
    async def bench(
        request: pytest.FixtureRequest, tmp_path: Path, street: Street
    ) -> AsyncIterator[Any]:
        name = request.param
        vendor = importlib.import_module(f"tests.contracts.{name}")
        at = await street.open(system_named(name)) if name in NAMES else tmp_path
        async with getattr(vendor, role)(at) as opened:
            request.node.user_properties += _told(role, name, opened)
            yield opened

    return bench


def _told(role: str, vendor: str, bench: Any) -> list[tuple[str, object]]:
    """What `scripts/contracts.py` reads off the results of a run."""
    player = bench.invoicing if role == "erp" else getattr(bench, role)
    return [
        ("role", role),
        ("vendor", vendor),
        ("capabilities", ", ".join(sorted(player.capabilities))),
    ]


def _param(vendor: str) -> Any:
    return pytest.param(vendor, marks=pytest.mark.real) if vendor in NAMES else vendor


crm = _bench("crm")
pm = _bench("pm")
erp = _bench("erp")
