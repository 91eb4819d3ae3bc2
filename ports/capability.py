"""What a vendor offers, as its connector declares it and the contract suite checks it."""

from enum import StrEnum


class Capability(StrEnum):
    """What we may lean on; where it is missing, the ledger takes another way."""

    IDEMPOTENCY_KEY = "idempotency key"
    """A change repeated under one key is answered from memory, for a while."""
    UNIQUE_REFERENCE = "unique reference"
    """A second record under our key is refused."""
    VOIDS_ISSUED = "can void issued"
    """A person may void an issued invoice; else only a credit note reverses it."""
    GAPLESS_NUMBERS = "gapless numbers"
    """Issued numbers follow one another, whatever became of drafts."""
    WEBHOOK = "webhook"
    """It tells of changes by itself."""
    UPDATED_SINCE = "updated since"
    """It can be asked for what changed since a moment, whatever the change was."""
    DRY_RUN = "dry run"
    """Set-up can tell what it would make, and make nothing."""
