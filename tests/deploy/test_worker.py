"""The stack sets the variables that a worker reads."""

import socket
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import make_url
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from runtime.composition import connector_of
from runtime.settings import Settings
from runtime.settings_loading import read_settings


@pytest.fixture(scope="module")
def worker(stack: dict[str, Any]) -> dict[str, Any]:
    service: dict[str, Any] = stack["services"]["cashward-worker"]
    return service


@pytest.fixture
def settings(worker: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in worker["environment"].items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_it_finds_both_its_servers(settings: Settings, stack: dict[str, Any]) -> None:
    database = make_url(settings.database.url)
    assert database.host in stack["services"]
    server = stack["services"][database.host]["environment"]
    assert (database.username, database.database) == (server["APPLICATION"], server["DATABASES"])
    migration = make_url(
        stack["services"]["cashward-migrate"]["environment"]["CASHWARD_DATABASE__URL"]
    )
    assert migration == database.set(username=server["OWNER"])
    assert settings.temporal.address.split(":")[0] in stack["services"]
    job = stack["services"]["temporal-namespace"]["environment"]
    assert settings.temporal.namespace == job["TEMPORAL_NAMESPACE"]


@pytest.mark.parametrize("part", ["crm", "pm", "erp"])
def test_it_gets_all_that_a_vendor_asks_for(settings: Settings, part: str) -> None:
    vendor = getattr(settings.vendors, part)
    _, wanted = connector_of(vendor, settings)
    given = {name.lower() for name in settings.connectors[vendor]}
    assert given == wanted.model_fields_set


def test_every_variable_it_gets_is_one_that_it_reads(
    worker: dict[str, Any], settings: Settings
) -> None:
    for variable in worker["environment"]:
        part, *names = variable.removeprefix("CASHWARD_").lower().split("__")
        if part != "connectors":
            inner: Any = getattr(settings, part)
            for name in names:
                assert name in inner.model_fields_set, f"{variable} says nothing to a worker"
                inner = getattr(inner, name)


def test_it_is_given_longer_to_end_than_it_takes(
    worker: dict[str, Any], settings: Settings
) -> None:
    assert worker["stop_grace_period"] == "45s"
    assert settings.worker.grace_seconds <= 30


def test_the_probe_asks_where_it_shows_its_metrics(
    worker: dict[str, Any], settings: Settings
) -> None:
    port = settings.worker.metrics_address.rpartition(":")[2]
    assert f"http://127.0.0.1:{port}/metrics" in worker["healthcheck"]["test"][-1]


def test_the_probe_passes_a_live_worker_and_fails_a_dead_one(worker: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    assert _probe(worker, address) != 0
    living = Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))
    assert _probe(worker, address) == 0, living


def _probe(worker: dict[str, Any], address: str) -> int:
    said, python, *rest = worker["healthcheck"]["test"]
    assert (said, python) == ("CMD", "python")
    command = [part.replace("127.0.0.1:9464", address) for part in rest]
    run = subprocess.run([sys.executable, *command], capture_output=True, check=False)
    return run.returncode
