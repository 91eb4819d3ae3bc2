"""Ends whatever the stack's owner left running when the owner is gone.

Its standard input is a pipe that only the owner holds open, so it notices every end of the owner.
It shares the lock of the folder, so the next stack waits until all programs have ended.
"""

import signal
import sys
from pathlib import Path

from testbed.stack.pid_file import PidFile


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    sys.stdin.buffer.read()
    PidFile(Path(sys.argv[1])).sweep()


if __name__ == "__main__":
    main()
