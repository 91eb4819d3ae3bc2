"""Connects to Temporal."""

import asyncio
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError, TLSConfig

from application.errors import TemporalUnavailable
from runtime.plugin import CashwardPlugin
from runtime.settings import InvalidSettings, TemporalSettings, content_of

ANSWERS_WITHIN = timedelta(seconds=5)


async def connect(settings: TemporalSettings, *, metrics_address: str = "") -> Client:
    """Return a client of the namespace. Raises TemporalUnavailable."""
    runtime = _with_metrics(metrics_address) if metrics_address else None
    try:
        async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
            return await Client.connect(
                settings.address,
                namespace=settings.namespace,
                plugins=[CashwardPlugin()],
                api_key=_api_key(settings),
                tls=_tls(settings),
                runtime=runtime,
            )
    except (RuntimeError, RPCError, TimeoutError) as down:
        raise TemporalUnavailable(
            f"Temporal does not answer at {settings.address} (namespace {settings.namespace}): "
            "start it with `cashward up`, or set CASHWARD_TEMPORAL__ADDRESS and its credentials"
        ) from down


def _with_metrics(address: str) -> Runtime:
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=address)))


def _api_key(settings: TemporalSettings) -> str | None:
    if settings.api_key_file:
        return content_of(settings.api_key_file, "CASHWARD_TEMPORAL__API_KEY_FILE")
    return settings.api_key.get_secret_value() if settings.api_key else None


def _tls(settings: TemporalSettings) -> bool | TLSConfig | None:
    """Return the TLS settings: on if there is a credential or the settings ask for it."""
    paths = (settings.server_ca, settings.client_cert, settings.client_key)
    if any(paths):
        ca, cert, key = (_bytes_of(path) if path else None for path in paths)
        return TLSConfig(server_root_ca_cert=ca, client_cert=cert, client_private_key=key)
    has_key = settings.api_key is not None or settings.api_key_file is not None
    return settings.tls if settings.tls is not None else has_key


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise InvalidSettings(f"CASHWARD_TEMPORAL__…: a file cannot be read: {wrong}") from wrong
