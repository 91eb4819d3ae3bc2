import socket
import subprocess
import sys
from typing import Any

import pytest
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig


@pytest.fixture
def address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def test_the_probe_passes_a_live_worker_and_fails_a_dead_one(
    stack: dict[str, Any], address: str
) -> None:
    assert _probe(stack, address) != 0
    living = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
    assert _probe(stack, address) == 0, living


def _probe(stack: dict[str, Any], address: str) -> int:
    said, python, *rest = stack["services"]["cashward-worker"]["healthcheck"]["test"]
    assert (said, python) == ("CMD", "python")
    command = [part.replace("127.0.0.1:9464", address) for part in rest]
    run = subprocess.run([sys.executable, *command], capture_output=True, check=False)
    return run.returncode
