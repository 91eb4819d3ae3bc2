"""Runs that do nothing, in the shape of runs that do."""

import asyncio
from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.workflow import ActivityConfig

from workflows.search_attributes import DEAL_STAGE
from workflows.steps import ACTIVITY_OPTIONS, local_step

QUEUE: Final = "bench"
STEPS: Final = "bench-steps"


class Shape(BaseModel, frozen=True):
    """The number of steps, children and signals of a run.

    `rings` are signals from outside, `tells` those to its parent; `marks` are changes of its
    search attributes.
    """

    steps: int = 0
    notes: int = 0
    marks: int = 0
    rings: int = 0
    tells: int = 0
    in_turn: tuple["Shape", ...] = ()
    side_by_side: tuple["Shape", ...] = ()

    @property
    def children(self) -> tuple["Shape", ...]:
        return (*self.in_turn, *self.side_by_side)

    @property
    def hears(self) -> int:
        return self.rings + sum(child.tells for child in self.children)

    def all_runs(self) -> Iterator["Shape"]:
        """Return this run, its children, and theirs."""
        yield self
        for child in self.children:
            yield from child.all_runs()

    @property
    def size(self) -> int:
        return sum(run.steps + run.notes + run.marks + run.hears for run in self.all_runs())

    def __str__(self) -> str:
        runs = [*self.all_runs()]
        return (
            f"{sum(run.steps for run in runs)} steps, {sum(run.notes for run in runs)} notes, "
            f"{len(runs) - 1} children, {sum(run.hears for run in runs)} signals, "
            f"{sum(run.marks for run in runs)} changes of search attributes"
        )


REFERENCE: Final = Shape(steps=24, rings=6)


class EmptySteps:
    """Steps that do nothing; some of them signal their own run, as an outsider would."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name="bench.step")
    async def step(self, rings: int) -> None:
        run = activity.info().workflow_id or ""
        for _ in range(rings):
            await self._client.get_workflow_handle(run).signal(EmptyRun.heard)

    @activity.defn(name="bench.note")
    async def note(self, nothing: int) -> None:
        del nothing


@workflow.defn(name="bench-empty-run")
class EmptyRun:
    """An empty deal: children in turn, children side by side, steps, local steps, signals."""

    @workflow.init
    def __init__(self, shape: Shape) -> None:
        self._wanted = shape.hears
        self._heard = 0

    @workflow.run
    async def run(self, shape: Shape) -> None:
        for number in range(shape.notes):
            await local_step(EmptySteps.note, number, "nothing")
        for number, child in enumerate(shape.in_turn):
            await self._child(f"t{number}", child)
        await asyncio.gather(
            self._steps(shape),
            *(self._child(f"s{number}", child) for number, child in enumerate(shape.side_by_side)),
        )
        await workflow.wait_condition(lambda: self._heard >= self._wanted)

    async def _steps(self, shape: Shape) -> None:
        config = ActivityConfig(**ACTIVITY_OPTIONS, task_queue=STEPS, summary="nothing")
        for number in range(shape.steps):
            if number < shape.marks:
                workflow.upsert_search_attributes([DEAL_STAGE.value_set(f"{number}")])
            rings = int(number < shape.rings)
            await workflow.execute_activity_method(EmptySteps.step, rings, **config)
        if parent := workflow.info().parent:
            deal = workflow.get_external_workflow_handle_for(EmptyRun.run, parent.workflow_id)
            for _ in range(shape.tells):
                await deal.signal(EmptyRun.heard)

    async def _child(self, name: str, shape: Shape) -> None:
        run = f"{workflow.info().workflow_id}:{name}"
        await workflow.execute_child_workflow(EmptyRun.run, shape, id=run, static_summary="nothing")

    @workflow.signal
    def heard(self) -> None:
        self._heard += 1
