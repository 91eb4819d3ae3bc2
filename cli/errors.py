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
from runtime.settings import InvalidSettings
from runtime.temporal import TemporalDown
from runtime.worker_main import NotMigrated
from store import StoreUnavailable


class ExitCode(IntEnum):
    """0 done, 1 refused or not found, 2 wrong usage or settings, 3 down, 130 Ctrl-C."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    DOWN = 3
    INTERRUPTED = 130


class CliError(Exception):
    """Ends a command: a message for a person, and the code for a script."""

    def __init__(self, message: str, code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def translate_errors() -> Iterator[None]:
    """Every failure we foresee becomes a sentence with a way out; only bugs show a traceback."""
    try:
        yield
    except (InvalidSettings, Misconfigured) as wrong:
        raise CliError(str(wrong), ExitCode.USAGE) from wrong
    except StoreUnavailable as down:
        way_out = "start it with `cashward up`, or set CASHWARD_DATABASE__URL"
        raise CliError(f"{down}: {way_out}", ExitCode.DOWN) from down
    except (TemporalDown, NotMigrated, Unreachable) as down:
        raise CliError(str(down), ExitCode.DOWN) from down
    except Absent as absent:
        raise CliError(str(absent)) from absent
    except ConnectorFailure as failure:
        raise CliError(str(failure), ExitCode.DOWN) from failure
    except (WorkflowUpdateFailedError, WorkflowQueryFailedError) as refused:
        raise CliError(_words_of(refused.cause or refused)) from refused
    except WorkflowQueryRejectedError as refused:
        raise CliError(f"that run no longer answers: {refused}") from refused
    except RPCError as refused:
        raise _from_temporal(refused) from refused
    except Refusal as refusal:
        raise CliError(str(refusal)) from refusal


def _words_of(refused: BaseException) -> str:
    """What a workflow answered, without the name of its class."""
    return refused.message if isinstance(refused, ApplicationError) else str(refused)


def _from_temporal(refused: RPCError) -> CliError:
    match refused.status:
        case RPCStatusCode.NOT_FOUND:
            return CliError(
                "there is no such run: `cashward deal list` shows the deals that are being carried"
            )
        case RPCStatusCode.FAILED_PRECONDITION | RPCStatusCode.DEADLINE_EXCEEDED:
            return CliError(
                "no worker answers: start one with `cashward worker` (or `cashward up`)",
                ExitCode.DOWN,
            )
        case RPCStatusCode.UNAVAILABLE:
            return CliError("Temporal does not answer: is it running?", ExitCode.DOWN)
        case _:
            return CliError(f"Temporal refused: {refused.message}")
