"""Everything that an operator may set. `settings_loading` reads it once and passes it on.

The environment (`CASHWARD_…`, levels separated by `__`) wins over `cashward.toml` in the working
directory.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from domain.contract import Policy

STEP_TIMEOUT = timedelta(minutes=2)
"""The start-to-close time-out of a step (workflows/steps.py); nothing may take longer."""
MARGIN = timedelta(seconds=1)

PREFIX = "CASHWARD_"
FILE = "cashward.toml"

Level = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    BeforeValidator(lambda given: given.upper() if isinstance(given, str) else given),
]


class InvalidSettings(Exception):
    """The settings are invalid; the message says which one, and what would be valid."""


def content_of(file: Path, setting: str) -> str:
    """Read the file that a setting names. Raises InvalidSettings."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as wrong:
        raise InvalidSettings(f"{setting} names a file that cannot be read: {wrong}") from wrong


class _Strict(BaseModel):
    """Base of the settings: a misspelt one is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _short_name(given: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", given):
        raise ValueError("at most 12 lower-case letters, digits and hyphens, such as acme")
    return given


class TemporalSettings(_Strict):
    """The connection to Temporal. An API key or a client certificate switches TLS on."""

    address: str = "127.0.0.1:7233"
    namespace: str = "default"
    task_queue: str = "cashward"
    api_key: SecretStr | None = None
    api_key_file: Path | None = None
    tls: bool | None = None
    server_ca: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    ui: str = "http://127.0.0.1:8233"
    """The address of the Temporal UI, for links only."""


class DatabaseSettings(_Strict):
    """Our own PostgreSQL; the password may be in a file."""

    url: str = "postgresql+psycopg://cashward@127.0.0.1:5432/cashward"
    password_file: Path | None = None
    pool_size: int = Field(10, gt=0)
    pool_timeout_seconds: float = Field(5, gt=0)
    """How long a caller waits for a connection before PostgreSQL counts as down."""

    @property
    def full_url(self) -> str:
        """Return the URL with the password. Raises InvalidSettings."""
        try:
            url = make_url(self.url)
        except ArgumentError:
            raise InvalidSettings(
                "CASHWARD_DATABASE__URL is no URL like postgresql+psycopg://cashward@HOST/cashward"
            ) from None
        if self.password_file:
            password = content_of(self.password_file, "CASHWARD_DATABASE__PASSWORD_FILE")
            url = url.set(password=password)
        return url.render_as_string(hide_password=False)


class VendorChoice(_Strict):
    """The vendor of each role."""

    crm: str = "hubspot"
    pm: str = "jira"
    erp: str = "xero"


class PollIntervals(_Strict):
    """Seconds between two polls of each system; a vendor's daily quota limits them."""

    crm: float = Field(30, gt=0)
    pm: float = Field(30, gt=0)
    erp: float = Field(60, gt=0)
    time: float = Field(300, gt=0)


class Timing(_Strict):
    """Time-outs and intervals, in seconds.

    `operation_timeout_seconds` bounds one operation in another system, all its calls together.
    It must be longer than one call's time-out and shorter than an activity's.
    """

    operation_timeout_seconds: float = Field(60, gt=0)
    poll_interval_seconds: PollIntervals = PollIntervals()
    overlap_seconds: float = Field(120, ge=0)
    reconcile_interval_seconds: float = Field(900, gt=0)
    """Seconds between two comparisons of a system's records with ours."""

    @property
    def operation_timeout(self) -> timedelta:
        return timedelta(seconds=self.operation_timeout_seconds)

    def poll_interval(self, system: str) -> timedelta:
        """The interval of `crm`, `pm`, `erp` or `time`."""
        return timedelta(seconds=float(getattr(self.poll_interval_seconds, system)))

    @property
    def reconcile_interval(self) -> timedelta:
        return timedelta(seconds=self.reconcile_interval_seconds)

    @property
    def overlap(self) -> timedelta:
        return timedelta(seconds=self.overlap_seconds)


class WorkerSettings(_Strict):
    """The worker's limits per connected system, its cache and its metrics.

    `rates` are steps per second over all workers, by role (`crm`, `pm`, `erp`); 0 is no limit.
    """

    rates: dict[str, float] = {}
    concurrency: dict[str, int] = {}
    workflows_at_once: int = Field(200, gt=0)
    cached_workflows: int = Field(1000, ge=0)
    """Runs kept in memory between their tasks; 0 replays each task from its history."""
    grace_seconds: float = Field(20, ge=0)
    metrics_address: str = ""
    """The address of the SDK's metrics for Prometheus, such as `0.0.0.0:9464`; empty is off."""


class Settings(BaseSettings):
    """An installation's configuration; its name separates installations that share a vendor."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        toml_file=FILE,
        frozen=True,
        extra="forbid",
    )

    installation: Annotated[str, AfterValidator(_short_name)] = "cashward"
    """It is in every key and reference that we send, so that it must be short."""
    shares_with: tuple[Annotated[str, AfterValidator(_short_name)], ...] = ()
    """Other installations that may work in the same accounts, each with deals of its own."""
    temporal: TemporalSettings = TemporalSettings()
    database: DatabaseSettings = DatabaseSettings()
    vendors: VendorChoice = VendorChoice()
    connectors: dict[str, dict[str, Any]] = {}
    policy: Policy = Policy()
    timing: Timing = Timing()
    worker: WorkerSettings = WorkerSettings()
    log_level: Level = "INFO"

    @model_validator(mode="after")
    def _times_nest(self) -> Self:
        """Check that a call times out before its operation, and an operation before its step."""
        if self.timing.operation_timeout + MARGIN >= STEP_TIMEOUT:
            raise ValueError(
                f"timing.operation_timeout_seconds must be well below {STEP_TIMEOUT.seconds}"
            )
        for vendor, given in self.connectors.items():
            call = _seconds(vendor, given)
            if timedelta(seconds=call) + MARGIN >= self.timing.operation_timeout:
                raise ValueError(
                    f"connectors.{vendor}.http.timeout_seconds ({call:g}) must be well below "
                    f"timing.operation_timeout_seconds ({self.timing.operation_timeout_seconds:g})"
                )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _seconds(vendor: str, given: dict[str, Any]) -> float:
    seconds = given.get("http", {}).get("timeout_seconds", 20)
    try:
        return float(seconds)
    except (TypeError, ValueError):
        raise ValueError(f"connectors.{vendor}.http.timeout_seconds must be a number") from None
