"""Why another system did not do what we asked, by what can be done about it.

* ConnectorFailure
  - Unreachable      it never happened: try again, it may be back
  - Throttled        it never happened: try again after the pause it asked for
  - Uncertain        it may have happened: look first, once it must have settled
  - Misconfigured    it never happened: hold, a person must mend a credential or a setup
  - Rejected         it never happened: it understood, and said no
  - Absent           a kind of Rejected: there is no such thing, or we may not see it
"""

from datetime import timedelta


class ConnectorFailure(Exception):
    """Base of all failures a connector may raise. `pause` is how long to wait, if it is known."""

    retryable = True

    def __init__(self, system: str, reason: str, *, pause: timedelta | None = None) -> None:
        super().__init__(f"{system}: {reason}")
        self.system = system
        self.reason = reason
        self.pause = pause


class Unreachable(ConnectorFailure):
    """It never happened: try again, it may be back."""


class Throttled(ConnectorFailure):
    """It never happened: try again after the pause."""


class Uncertain(ConnectorFailure):
    """`answered`: the vendor sent an error answer, so it may have stored that under our key."""

    def __init__(
        self, system: str, reason: str, *, pause: timedelta | None = None, answered: bool = False
    ) -> None:
        super().__init__(system, reason, pause=pause)
        self.answered = answered


class Misconfigured(ConnectorFailure):
    """It never happened: a person must mend a credential or a setup."""

    retryable = False


class Rejected(ConnectorFailure):
    """It never happened: it understood, and said no."""

    retryable = False


class Absent(Rejected):
    """There is no such thing, or we may not see it."""
