"""One law, every vendor: each role's suite runs over every vendor that plays it.

`tests/contracts/<vendor>.py` has an async context manager per role (`crm`, `pm`, `erp`), which
takes an empty folder and yields that role's bench: what the suite may do at the vendor by hand.
"""

import importlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

PLAYERS = {"crm": ("hubspot", "memory"), "pm": ("jira", "memory"), "erp": ("xero", "memory")}


def _bench(role: str) -> Callable[..., AsyncIterator[Any]]:
    @pytest.fixture(name=role, params=PLAYERS[role])
    async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
        vendor = importlib.import_module(f"tests.contracts.{request.param}")
        async with getattr(vendor, role)(tmp_path) as opened:
            yield opened

    return bench


crm = _bench("crm")
pm = _bench("pm")
erp = _bench("erp")
