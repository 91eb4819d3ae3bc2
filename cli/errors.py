"""The errors of a command, in words and as exit codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from application.errors import Unavailable
from domain.refusal import Refusal
from ports.failures import Absent, ConnectorFailure, Misconfigured, Unreachable
from runtime.settings import InvalidSettings
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
    """Turn each expected failure into a sentence with a way out; only bugs show a traceback."""
    try:
        yield
    except (InvalidSettings, Misconfigured) as wrong:
        raise CliError(str(wrong), ExitCode.USAGE) from wrong
    except StoreUnavailable as down:
        way_out = "start it with `cashward up`, or set CASHWARD_DATABASE__URL"
        raise CliError(f"{down}: {way_out}", ExitCode.DOWN) from down
    except (Unavailable, NotMigrated, Unreachable) as down:
        raise CliError(str(down), ExitCode.DOWN) from down
    except Absent as absent:
        raise CliError(str(absent)) from absent
    except ConnectorFailure as failure:
        raise CliError(str(failure), ExitCode.DOWN) from failure
    except Refusal as refusal:
        raise CliError(str(refusal)) from refusal
