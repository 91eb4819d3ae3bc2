"""The settings of a worker on the sandbox, and those of the sandbox.

The credentials are the sandbox's published ones. All waits are shortened to what a vendor on this
machine needs, in the same proportions as with the real ones.
"""

import asyncio
import json
from collections.abc import Mapping

from store import migrate
from testbed.seller import SELLER
from testbed.stack.stack import Stack

# Xero allows an app 60 calls a minute: with few deals the poll may take half of them.
_ERP_INTERVAL = {"few": 2, "many": 10}
_FEW = 2
CALL_SECONDS = 2.0
SETTLE_SECONDS = 2.5
LATE_BY = 3.0  # after the caller has given up, and before its settling time is over
HANG_FOR = 5.0

_STAFFING = {
    "lead": "acc-pm",
    "consultant": "acc-consultant",
    "developer": "acc-developer",
    "designer": "acc-designer",
}
_HTTP = {"TIMEOUT_SECONDS": f"{CALL_SECONDS}", "SETTLE_SECONDS": f"{SETTLE_SECONDS}"}
_SLOW = {"TIMEOUT_SECONDS": "20", "SETTLE_SECONDS": "5"}
_SLOWEST = {"TIMEOUT_SECONDS": "20", "SETTLE_SECONDS": "20"}
_REAL_HTTP = {"bottlecrm": _SLOWEST, "redmine": _SLOW, "tryton": _SLOW}
_WAYS_IN = {
    "HUBSPOT": {"ACCESS_TOKEN": "pat-na1-cashward-demo"},
    "JIRA": {"EMAIL": "cashward@lowfold.example", "TOKEN": "jira-demo-token"},
    "XERO": {"CLIENT_ID": "cashward-xero", "CLIENT_SECRET": "xero-demo-secret"},
}
_WEIGHTS = {
    "error_before": 2,
    "error_after": 2,
    "lost_reply": 2,
    "late_commit": 1,
    "throttle": 2,
    "hang": 1,
    "malformed": 1,
    "expired_token": 1,
}


def poll_intervals(**seconds: float) -> dict[str, str]:
    """The settings of each system's poll interval."""
    prefix = "CASHWARD_TIMING__POLL_INTERVAL_SECONDS__"
    return {f"{prefix}{system.upper()}": f"{every}" for system, every in seconds.items()}


def worker_environment(stack: Stack, *, deals: int = 1) -> dict[str, str]:
    """Return the settings of a worker on this stack's sandbox; none without a sandbox.

    `deals` is how many run at once, so that polls leave them enough calls.
    """
    if not stack.sandbox_urls:
        return {}
    given = {
        "CASHWARD_VENDORS__CRM": "hubspot",
        "CASHWARD_VENDORS__PM": "jira",
        "CASHWARD_VENDORS__ERP": "xero",
        "CASHWARD_TIMING__OPERATION_TIMEOUT_SECONDS": "8",
        **poll_intervals(crm=1, pm=1, erp=_ERP_INTERVAL["few" if deals <= _FEW else "many"]),
        "CASHWARD_TIMING__OVERLAP_SECONDS": "5",
        "CASHWARD_POLICY__STAFFING__PEOPLE": json.dumps(_STAFFING),
        "CASHWARD_POLICY__SELLER": json.dumps(SELLER),
    }
    for vendor, way_in in _WAYS_IN.items():
        settings = {"URL": stack.sandbox_urls[vendor.lower()], **way_in}
        settings |= {f"HTTP__{name}": value for name, value in _HTTP.items()}
        given |= {f"CASHWARD_CONNECTORS__{vendor}__{name}": v for name, v in settings.items()}
    return given


def real_environment(
    connectors: Mapping[str, Mapping[str, str]], *, staffing: str
) -> dict[str, str]:
    """Return a worker's settings on real systems, which are slower than a sandbox.

    `connectors` are the settings of each vendor's connector; `staffing` is who has which role.
    """
    given = {
        "CASHWARD_VENDORS__CRM": "bottlecrm",
        "CASHWARD_VENDORS__PM": "redmine",
        "CASHWARD_VENDORS__ERP": "tryton",
        "CASHWARD_TIMING__OPERATION_TIMEOUT_SECONDS": "90",
        **poll_intervals(crm=2, pm=2, erp=2),
        "CASHWARD_TIMING__OVERLAP_SECONDS": "10",
        "CASHWARD_POLICY__STAFFING__PEOPLE": staffing,
        "CASHWARD_POLICY__SELLER": json.dumps(SELLER),
    }
    for vendor, settings in connectors.items():
        prefix = f"CASHWARD_CONNECTORS__{vendor.upper()}__"
        given |= {f"{prefix}{name}": value for name, value in settings.items()}
        given |= {f"{prefix}HTTP__{name}": value for name, value in _REAL_HTTP[vendor].items()}
    return given


def sandbox_config(*, faults: float = 0.0, seed: int = 0, limits: bool = True) -> dict[str, object]:
    """Return the vendor servers' configuration; `limits` applies the published rate limits."""
    unlimited: dict[str, object] = {} if limits else {"limits": False}
    return {
        "faults": fault_config(faults, seed),
        "hubspot": {"search_lag": 0.25, **unlimited},
        "jira": unlimited,
        "xero": unlimited,
    }


def fault_config(rate: float, seed: int) -> dict[str, object]:
    """Return the faults, for Cashward's calls only: people do not have to retry."""
    return {
        "seed": seed,
        "rate": rate,
        "weights": _WEIGHTS,
        "late_by": LATE_BY,
        "hang_for": HANG_FOR,
        "retry_after": 1,
        "actors": ["cashward"],
    }


async def migrate_database(stack: Stack) -> None:
    """Bring the stack's database to our schema before a worker starts."""
    await asyncio.to_thread(migrate, stack.database_url)
