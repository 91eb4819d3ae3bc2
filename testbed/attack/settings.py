"""The settings of the workers, and those of the vendor servers that they attack."""

from collections.abc import Mapping
from typing import Any, Final

from runtime.settings import DatabaseSettings, Settings, Timing
from testbed.attack import timing
from testbed.seller import SELLER

_WAYS_IN: Final[Mapping[str, Mapping[str, str]]] = {
    "hubspot": {"access_token": "pat-na1-cashward-demo"},
    "jira": {"email": "cashward@lowfold.example", "token": "jira-demo-token"},
    "xero": {"client_id": "cashward-xero", "client_secret": "xero-demo-secret"},
}
_PEOPLE: Final = {"lead": "acc-pm", "consultant": "acc-consultant"}
_WEIGHTS: Final = {
    "error_before": 2,
    "error_after": 2,
    "lost_reply": 3,
    "late_commit": 3,
    "throttle": 1,
    "hang": 2,
    "malformed": 1,
}
UNLIMITED: Final[dict[str, object]] = {
    vendor: {"limits": False} for vendor in ("hubspot", "jira", "xero")
}
"""The vendors without their rate limits: the attack is on what they do, not on how often."""


def set_up_settings(urls: Mapping[str, str], *, installation: str = "cashward") -> Settings:
    """Return settings with the usual times, for what happens before the attack."""
    return _settings(urls, {}).model_copy(update={"installation": installation})


def worker_settings(
    urls: Mapping[str, str], database_url: str, *, pool_size: int, installation: str = "cashward"
) -> Settings:
    settings = _settings(urls, {"timeout_seconds": timing.CALL, "settle_seconds": timing.SETTLE})
    database = DatabaseSettings(url=database_url, pool_size=pool_size)
    times = Timing(operation_timeout_seconds=timing.OPERATION)
    given = {"installation": installation, "database": database, "timing": times}
    return settings.model_copy(update=given)


def _settings(urls: Mapping[str, str], http: Mapping[str, float]) -> Settings:
    connectors: dict[str, dict[str, Any]] = {
        vendor: {"url": urls[vendor], "http": http, **way_in} for vendor, way_in in _WAYS_IN.items()
    }
    return Settings.model_validate(
        {"connectors": connectors, "policy": {"staffing": {"people": _PEOPLE}, "seller": SELLER}}
    )


def faults(rate: float, seed: int, *, latecomers: bool = False) -> dict[str, object]:
    """Return the faults of our calls; people's calls do not fail.

    With `latecomers`, new issues of a first call land after the second call, whose reply is lost.
    """
    late = [
        {"operation": "POST */issue/bulk", "attempt": 0, "kind": "late_commit"},
        {"operation": "POST */issue/bulk", "attempt": 1, "kind": "lost_reply"},
    ]
    return {
        "seed": seed,
        "rate": rate,
        "weights": _WEIGHTS | ({"late_commit": 0} if latecomers else {}),
        "late_by": timing.TOO_LATE_BY if latecomers else timing.LATE_BY,
        "hang_for": timing.HANG_FOR,
        "retry_after": 1,
        "actors": ["cashward"],
        "rules": late if latecomers else [],
    }
