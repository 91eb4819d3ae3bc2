"""A record of another system that carries a reference of ours."""

from datetime import datetime
from enum import StrEnum

from domain.effect import EffectKind
from domain.identity import identity_of
from domain.ids import DealId, ExternalId, Subject
from domain.money import Money
from domain.value import Value


class RecordState(StrEnum):
    """Whether a record may be removed."""

    REMOVABLE = "removable"
    """Nobody relies on it yet, such as a draft: it may be removed."""
    LIVE = "live"
    """Only a person decides about it, such as an issued invoice."""
    GONE = "gone"
    """It was deleted, voided, archived or completed."""


class VendorRecord(Value):
    """A record as the vendor has it. `kind` and `subject` name the effect that makes such records.

    `part` is our key of a part within the record of the effect, such as a milestone of a project.
    """

    kind: EffectKind
    subject: Subject
    id: ExternalId
    state: RecordState
    changed_at: datetime
    part: str = ""
    name: str = ""
    """What people call it, such as the number of an invoice."""
    url: str = ""
    net: Money | None = None
    customer: ExternalId | None = None

    @property
    def deal(self) -> DealId:
        return deal_of(self.subject)


class RemoveRecord(Value):
    """The order to remove a record that nobody elected, if it is still as it was found."""

    record: VendorRecord

    @property
    def subject(self) -> Subject:
        return Subject(f"{self.record.subject}:{self.record.id}")

    @property
    def deal(self) -> DealId:
        return self.record.deal

    def identity(self) -> str:
        return identity_of(kind=self.record.kind, id=self.record.id)


def deal_of(subject: Subject) -> DealId:
    """Return the deal of a subject, such as `hubspot:7:go-live:r1`; a customer has none."""
    return DealId(":".join(subject.split(":")[:2]) if ":" in subject else "")
