"""The operation log: one line for each request, the ground truth of what a vendor did."""

import json
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Oplog:
    """Append-only JSON lines: each call, its actor and changes, never bodies or tokens."""

    def __init__(self, path: Path) -> None:
        self.lines = _read(path)
        self._file = path.open("ab", buffering=0)

    @property
    def next_seq(self) -> int:
        return int(self.lines[-1]["seq"]) + 1 if self.lines else 1

    def since(self, seq: int) -> list[Line]:
        """The lines after `seq`."""
        first = int(self.lines[0]["seq"]) if self.lines else 1
        return self.lines[max(0, seq - first + 1) :]

    def append(self, line: Line) -> None:
        self.lines.append(line)
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def catch_up(self, line: Line | None) -> None:
        """Write the line of the last commit if it is missing after a kill."""
        if line and line["seq"] >= self.next_seq:
            self.append(line)

    def close(self) -> None:
        self._file.close()


def _read(path: Path) -> list[Line]:
    """The whole lines of the file; a line torn by a kill is cut off."""
    if not path.exists():
        return []
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if len(whole) < len(data):
        path.write_bytes(whole)
    return [json.loads(line) for line in whole.splitlines()]
