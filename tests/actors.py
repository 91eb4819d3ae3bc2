"""People who act in tests."""

from typing import Final

from domain.actor import Actor, Verification

GRACE: Final = Actor(
    subject="uid:1000@test", display_name="grace", verified_by=Verification.UNVERIFIED
)
