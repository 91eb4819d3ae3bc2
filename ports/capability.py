"""The capabilities of vendors; connectors declare them, and the contract suite checks them."""

from enum import StrEnum


class Capability(StrEnum):
    """A feature that a vendor may have; without it, we work another way."""

    IDEMPOTENCY_KEY = "idempotency key"
    """For a while, the vendor answers a repeat under the same key from memory."""
    UNIQUE_REFERENCE = "unique reference"
    """A second record under our key is refused."""
    VOIDS_ISSUED = "can void issued"
    """A person may void an issued invoice; else only a credit note reverses it."""
    GAPLESS_NUMBERS = "gapless numbers"
    """Issued numbers follow one another, whatever became of drafts."""
    WEBHOOK = "webhook"
    """The vendor reports changes by itself."""
    UPDATED_SINCE = "updated since"
    """The vendor lists what changed since a moment, whatever the change was."""
    SUPPLY_DATE = "supply date"
    """An invoice has a field for the date of supply; else a line of text says it."""
    DRY_RUN = "dry run"
    """Set-up can say what it would make without making it."""
