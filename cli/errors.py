"""What a command may end with, in words and as an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from temporalio.client import (
    RPCError,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from domain.refusal import Refusal
from ports.failures import Absent, ConnectorFailure, Misconfigured, Unreachable
from runtime.settings import SettingsProblem
from runtime.temporal import TemporalDown
from runtime.worker_main import NotMigrated
from store import StoreUnavailable


class Exit(IntEnum):
    """0 done, 1 refused or not found, 2 wrong usage or settings, 3 down, 130 Ctrl-C."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    DOWN = 3
    INTERRUPTED = 130


class Trouble(Exception):
    """Ends a command: a message for a person, and the code for a script."""

    def __init__(self, message: str, code: Exit = Exit.REFUSED) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def told_plainly() -> Iterator[None]:
    """Every failure we foresee becomes a sentence with a way out; only bugs show a traceback."""
    try:
        yield
    except (SettingsProblem, Misconfigured) as wrong:
        raise Trouble(str(wrong), Exit.USAGE) from wrong
    except StoreUnavailable as down:
        way_out = "start it with `cashward up`, or set CASHWARD_DATABASE__URL"
        raise Trouble(f"{down}: {way_out}", Exit.DOWN) from down
    except (TemporalDown, NotMigrated, Unreachable) as down:
        raise Trouble(str(down), Exit.DOWN) from down
    except Absent as absent:
        raise Trouble(str(absent)) from absent
    except ConnectorFailure as failure:
        raise Trouble(str(failure), Exit.DOWN) from failure
    except (WorkflowUpdateFailedError, WorkflowQueryFailedError) as refused:
        raise Trouble(_words_of(refused.cause or refused)) from refused
    except WorkflowQueryRejectedError as refused:
        raise Trouble(f"that run no longer answers: {refused}") from refused
    except RPCError as refused:
        raise _from_temporal(refused) from refused
    except Refusal as refusal:
        raise Trouble(str(refusal)) from refusal


def _words_of(refused: BaseException) -> str:
    """What a workflow answered, without the name of its class."""
    return refused.message if isinstance(refused, ApplicationError) else str(refused)


def _from_temporal(refused: RPCError) -> Trouble:
    match refused.status:
        case RPCStatusCode.NOT_FOUND:
            return Trouble(
                "there is no such run: `cashward deal list` shows the deals that are being carried"
            )
        case RPCStatusCode.FAILED_PRECONDITION | RPCStatusCode.DEADLINE_EXCEEDED:
            return Trouble(
                "no worker answers: start one with `cashward worker` (or `cashward up`)", Exit.DOWN
            )
        case RPCStatusCode.UNAVAILABLE:
            return Trouble("Temporal does not answer: is it running?", Exit.DOWN)
        case _:
            return Trouble(f"Temporal refused: {refused.message}")
