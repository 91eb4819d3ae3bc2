"""Runs `cashward` in forks of one process that has imported it: a real process per command.

Importing the command takes seconds of processor time; a fork takes milliseconds.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 60
WIDTH = "400"


@dataclass(frozen=True)
class CommandServer:
    """The process that forks, one command at a time."""

    process: "subprocess.Popen[str]"
    folder: Path

    def run(
        self, *words: str, environment: Mapping[str, str], stdin: str = os.devnull
    ) -> tuple[int, str]:
        """The exit code of the command, and all that it printed."""
        assert self.process.stdin
        assert self.process.stdout
        output = self.folder / "output"
        request = {"words": words, "environment": dict(environment), "stdin": stdin}
        self.process.stdin.write(json.dumps({**request, "output": str(output)}) + "\n")
        self.process.stdin.flush()
        code = json.loads(self.process.stdout.readline())
        return int(code), output.read_text(encoding="utf-8")


@contextmanager
def command_server() -> Iterator[CommandServer]:
    """A server for some tests; it ends with them."""
    clean = {name: value for name, value in os.environ.items() if "CASHWARD" not in name}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "tests.cli.command_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**clean, "COLUMNS": WIDTH},
            text=True,
        ) as process,
    ):
        yield CommandServer(process, Path(folder))
        assert process.stdin
        process.stdin.close()


def _serve() -> None:
    import cli.main  # noqa: PLC0415 - imported once, by the process that forks

    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            _become(request)
            cli.main.main()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(request: dict[str, object]) -> None:
    """Take over the arguments, environment and files of the command."""
    os.environ.update(request["environment"])  # type: ignore[call-overload]  # from JSON
    sys.argv = ["cashward", *request["words"]]  # type: ignore[misc]  # from JSON
    stdin = os.open(str(request["stdin"]), os.O_RDWR)
    output = os.open(str(request["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for given, own in ((stdin, 0), (output, 1), (output, 2)):
        os.dup2(given, own)
    sys.stdin = os.fdopen(0, "r")


if __name__ == "__main__":
    _serve()
