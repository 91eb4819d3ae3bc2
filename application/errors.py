"""Why a command or a query got no answer."""

from domain.refusal import Refusal


class Unavailable(Exception):
    """Something that we need does not answer; the message says what to do."""


class TemporalUnavailable(Unavailable):
    """Temporal does not answer at its address, or does not let us in."""


class WorkerUnavailable(Unavailable):
    """Temporal answers, but no worker took the request in time."""

    def __init__(self) -> None:
        super().__init__(
            "no worker answers: start one with `cashward worker` (or `cashward up`); "
            "what was asked may still be done: `cashward deal audit` tells"
        )


class RunNotFound(Refusal):
    """There is no open run of this id."""

    def __init__(self, run: str) -> None:
        super().__init__(
            f"there is no open run {run}: `cashward deal list` shows the deals that are carried"
        )
