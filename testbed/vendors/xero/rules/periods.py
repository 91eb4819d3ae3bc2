"""The accounting periods that finance has closed."""

from datetime import date

from testbed.vendors.xero.records import Records

_LOCKS = {
    "PeriodLockDate": "period lock date",
    "EndOfYearLockDate": "end of year lock date",
}


def lock_problem(day: str, records: Records) -> str | None:
    """The reason against a booking on that day, if its period is closed."""
    for field, name in _LOCKS.items():
        lock = records.organisation.get(field)
        if lock and day <= lock:
            last = date.fromisoformat(lock)
            return (
                f"The document date cannot be before the {name}, currently set at "
                f"{last.day} {last:%B %Y}"
            )
    return None
