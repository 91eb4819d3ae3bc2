"""`python -m testbed.vendors --state DIR`: serve the vendors until SIGTERM or SIGINT."""

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

import uvloop

from testbed.vendors.serving import VENDORS, serve


def main() -> None:
    """Read the command line and serve."""
    uvloop.run(_run(_arguments()))


async def _run(asked: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    config = json.loads(asked.config.read_text()) if asked.config else {}
    ports = {name: getattr(asked, f"{name}_port") for name in VENDORS}
    async with serve(asked.state, config=config, only=asked.only, ports=ports) as sandbox:
        if asked.ready:
            _announce(asked.ready, sandbox.urls | {"pid": os.getpid()})
        await stop.wait()


def _announce(path: Path, ready: dict[str, str | int]) -> None:
    """Write the file at once, because others read it as soon as it exists."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(ready))
    draft.replace(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m testbed.vendors", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="directory of the state")
    parser.add_argument("--config", type=Path, help="JSON file: faults and options of vendors")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(VENDORS))
    parser.add_argument("--ready", type=Path, help="file to write when all vendors listen")
    for name in VENDORS:
        parser.add_argument(f"--{name}-port", type=int, default=0, help="0: a free one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
