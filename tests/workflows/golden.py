"""Histories of former code: one file per run, as `temporal workflow show --output json` gives it.

A file contains what replay needs. Names of machines and processes, random ids, and texts for the
Temporal UI are left out.
"""

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

FOLDER = Path(__file__).parent / "histories"
_SUFFIX = ".json.gz"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOISE = {
    "identity", "taskId", "requestId", "userMetadata", "binaryChecksum", "links", "stackTrace",
}  # fmt: skip
_STICKY = "TASK_QUEUE_KIND_STICKY"
"""A task queue of one worker is called by its machine and process."""


def names() -> list[str]:
    """The histories on file."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in FOLDER.glob(f"*{_SUFFIX}"))


def text_of(name: str) -> str:
    return gzip.decompress((FOLDER / f"{name}{_SUFFIX}").read_bytes()).decode()


@cache
def read(name: str) -> WorkflowHistory:
    content = json.loads(text_of(name))
    return WorkflowHistory.from_json(content.pop("workflowId"), content)


def write(name: str, history: WorkflowHistory) -> None:
    """Write this history; the same history gives the same bytes."""
    content = {"workflowId": history.workflow_id, **_without_noise(history.to_json_dict())}
    text = _renumber(json.dumps(content, sort_keys=True, separators=(",", ":")))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}{_SUFFIX}").write_bytes(gzip.compress(text.encode(), mtime=0))


def type_of(history: WorkflowHistory) -> str:
    started = history.events[0].workflow_execution_started_event_attributes
    return started.workflow_type.name


def course_of(history: WorkflowHistory) -> tuple[str, ...]:
    """Return the names of a run's events in order."""
    kinds = (EventType.Name(event.event_type) for event in history.events)
    return tuple(
        f"{kind} {name_in(event)}" for kind, event in zip(kinds, history.events, strict=True)
    )


def name_in(event: HistoryEvent) -> str:
    """Return the activity that the run started, or the signal or update that it received."""
    update = event.workflow_execution_update_accepted_event_attributes.accepted_request
    return (
        event.activity_task_scheduled_event_attributes.activity_type.name
        or event.workflow_execution_signaled_event_attributes.signal_name
        or update.input.name
    )


def _without_noise(value: Any) -> Any:
    match value:
        case {"kind": kind, "name": _} if kind == _STICKY:
            return {"kind": kind}
        case dict():
            return {k: _without_noise(v) for k, v in value.items() if k not in _NOISE}
        case list():
            return [_without_noise(each) for each in value]
        case _:
            return value


def _renumber(text: str) -> str:
    """Replace random ids by numbers in their order."""
    seen: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"00000000-0000-0000-0000-{len(seen):012x}")

    return _UUID.sub(number, text)
