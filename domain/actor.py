"""The actors who ask Cashward for something, and who vouches for them."""

from enum import StrEnum
from typing import Final

from domain.responsibility import Party
from domain.value import Value


class Verification(StrEnum):
    """The proof of an actor's identity."""

    UNVERIFIED = "unverified"
    """Only the operating system of the machine where the command ran vouches for the actor."""
    CASHWARD = "cashward"
    """The actor is a program of this installation."""


class Actor(Value):
    """A person or a program. `subject` never changes; `display_name` is an account's name."""

    subject: str
    display_name: str
    verified_by: Verification
    roles: tuple[Party, ...] = ()

    def __str__(self) -> str:
        return self.display_name


CASHWARD: Final = Actor(
    subject="cashward", display_name="cashward", verified_by=Verification.CASHWARD
)
"""Cashward, when it decides by itself."""
TEMPORAL: Final = Actor(
    subject="temporal", display_name="Temporal", verified_by=Verification.UNVERIFIED
)
"""Whoever acts through Temporal's own tools; Temporal does not tell a run who that was."""
