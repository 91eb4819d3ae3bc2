"""A program that owns a stack: prints its processes, then waits to be interrupted or killed."""

import asyncio
import json
import signal
import sys
from pathlib import Path

from testbed.stack.stack import local_stack


async def main() -> None:
    async with local_stack(Path(sys.argv[1]), sandbox_config=None, workers=0) as stack:
        watchdog = stack.supervisor.watchdog_pid
        sys.stdout.write(json.dumps({**stack.pids, "watchdog": watchdog}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    # A suite that runs in the background hands down that SIGINT is to be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio.run(main())
