"""The messages between the driver and its workers: one JSON line each."""

from enum import IntEnum, StrEnum
from signal import Signals
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, TypeAdapter


class Point(StrEnum):
    """A point of a step where a worker is struck."""

    ASKED = "asked"
    """Nothing is on record yet."""
    BEGUN = "begun"
    """The attempt is on record, and nothing is sent yet."""
    MADE = "made"
    """The vendor has answered, and nothing of it is on record yet."""
    ENDED = "ended"
    """Everything is on record, and nobody is told."""


class StrikeKind(IntEnum):
    """The signal by which a worker is struck."""

    KILL = Signals.SIGKILL
    STOP = Signals.SIGSTOP


class Strike(BaseModel, frozen=True):
    """A strike at an exact point, which the worker deals itself."""

    point: Point
    strike: StrikeKind
    seconds: float = 0.0
    """How long a stop lasts."""


class Order(BaseModel, frozen=True):
    """One attempt of a step."""

    what: Literal["order"] = "order"
    number: int
    step: str
    argument: str
    run: str
    attempt: int
    strike: Strike | None = None


class Cancel(BaseModel, frozen=True):
    """Nobody waits for this attempt any more."""

    what: Literal["cancel"] = "cancel"
    number: int


class Beat(BaseModel, frozen=True):
    """The worker is alive and has so many attempts in hand."""

    what: Literal["beat"] = "beat"
    busy: int


class Struck(BaseModel, frozen=True):
    """The worker is about to strike itself."""

    what: Literal["struck"] = "struck"
    strike: Strike


class Done(BaseModel, frozen=True):
    """An attempt ended well."""

    what: Literal["done"] = "done"
    number: int
    result: str


class Failed(BaseModel, frozen=True):
    """An attempt failed; `type` is the name of the failure, as Temporal gets it."""

    what: Literal["failed"] = "failed"
    number: int
    type: str
    reason: str
    is_retryable: bool
    pause: float | None


class Hello(BaseModel, frozen=True):
    """A worker is ready."""

    what: Literal["hello"] = "hello"
    pid: int


ToWorker = Annotated[Order | Cancel, Field(discriminator="what")]
FromWorker = Annotated[Hello | Beat | Struck | Done | Failed, Field(discriminator="what")]
TO_WORKER: Final[TypeAdapter[Order | Cancel]] = TypeAdapter(ToWorker)
FROM_WORKER: Final[TypeAdapter[Hello | Beat | Struck | Done | Failed]] = TypeAdapter(FromWorker)


def line(message: BaseModel) -> bytes:
    return message.model_dump_json().encode() + b"\n"
