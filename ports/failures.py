"""The failures of other systems, by what can be done about them.

* ConnectorFailure
  - Unreachable      it did not happen: try again, the system may be back
  - Throttled        it did not happen: try again after the pause that the system asked for
  - Uncertain        it may have happened: search first, after the settle time
  - Misconfigured    it did not happen: a person must mend a credential or a setting
  - Rejected         it did not happen: the system understood, and refused
  - Absent           a kind of Rejected: there is no such record, or we may not see it
"""

from datetime import timedelta


class ConnectorFailure(Exception):
    """Base of all failures a connector may raise. `pause` is how long to wait, if it is known."""

    def __init__(self, system: str, reason: str, *, pause: timedelta | None = None) -> None:
        super().__init__(f"{system}: {reason}")
        self.system = system
        self.reason = reason
        self.pause = pause


class Unreachable(ConnectorFailure):
    """It did not happen: try again, the system may be back."""


class Throttled(ConnectorFailure):
    """It did not happen: try again after the pause."""


class Uncertain(ConnectorFailure):
    """It may have happened. `answered`: the vendor may have stored an error under our key."""

    def __init__(
        self, system: str, reason: str, *, pause: timedelta | None = None, answered: bool = False
    ) -> None:
        super().__init__(system, reason, pause=pause)
        self.answered = answered


class Misconfigured(ConnectorFailure):
    """It did not happen: a person must mend a credential or a setting."""


class Rejected(ConnectorFailure):
    """It did not happen: the system understood, and refused."""


class Absent(Rejected):
    """There is no such record, or we may not see it."""
