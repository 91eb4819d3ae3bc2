"""Our keys as the records of other systems carry them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from domain.ids import CustomerKey, DealId, Subject

_MARK: Final = "cw"
_GENERATION = re.compile(r"\.\d+$")


@dataclass(frozen=True)
class References:
    """The references of one installation, such as `cw:acme:hubspot:42:go-live:r1`.

    They begin with a mark and the installation's name, which has no colon, so that two
    installations that share an account never take each other's records for their own.
    """

    installation: str

    any_prefix: ClassVar = f"{_MARK}:"
    """How the references of every installation begin."""

    @property
    def prefix(self) -> str:
        return f"{self.any_prefix}{self.installation}:"

    def of(self, key: str) -> str:
        """Return the reference of a deal, of a subject, or of a part of a project."""
        return self.prefix + key

    def subject(self, reference: str) -> Subject:
        """Return the subject in a reference; empty if the reference is not ours."""
        return Subject(reference.removeprefix(self.prefix) if self.owns(reference) else "")

    def owns(self, reference: str) -> bool:
        return reference.startswith(self.prefix)

    def is_foreign(self, reference: str) -> bool:
        """Whether another installation made it."""
        return reference.startswith(self.any_prefix) and not self.owns(reference)

    def others(self, references: Iterable[str]) -> frozenset[str]:
        """Return the other installations that these references name."""
        return frozenset(each.split(":")[1] for each in references if self.is_foreign(each))

    def part(self, reference: str, deal: DealId) -> str:
        """Return our key of a part of the deal's project; empty if it is not ours."""
        prefix = self.of(f"{deal}:")
        return reference.removeprefix(prefix) if reference.startswith(prefix) else ""

    def of_customer(self, key: CustomerKey, generation: int = 1) -> str:
        """Return the reference of a customer, for a field that is unique.

        An archived customer keeps its reference, so the next generation gets another one.
        """
        return self.of(f"{key}.{generation}" if generation > 1 else key)

    def customer(self, reference: str) -> str:
        """Return our key of a customer; empty if it is not ours."""
        return _GENERATION.sub("", self.subject(reference))
