"""Records the histories of stories that have none: `make histories`. It changes no file."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping

from sqlalchemy import URL, make_url
from temporalio.client import WorkflowExecutionStatus, WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from store import migrate
from tests.postgres import fresh_database, private_postgres
from tests.temporal import continue_as_new_after, private_temporal
from tests.workflows import golden
from tests.workflows.stories import LONG_STORIES, STORIES, Story
from tests.world import World, open_world, until_awaited

SOON = 40
"""The events after which a long story continues in another run."""


async def record_missing() -> None:
    """Run each story that has no file, and keep the histories that no other file has."""
    recorded = {name.partition(".")[0] for name in golden.names()}
    async with private_postgres() as server:
        migrate(server.url)
        for stories, settings in ((STORIES, {}), (LONG_STORIES, continue_as_new_after(SOON))):
            missing = {name: story for name, story in stories.items() if name not in recorded}
            if missing:
                async with private_temporal(**settings) as temporal:
                    await _record(missing, temporal, make_url(server.url))


async def _record(
    stories: Mapping[str, Story], temporal: WorkflowEnvironment, postgres: URL
) -> None:
    known = {golden.course_of(golden.read(name)) for name in golden.names()}
    for name, story in stories.items():
        with fresh_database(postgres) as database:
            async with open_world(temporal, database) as world:
                await story(world)
                numbers: Counter[str] = Counter()
                async for history in _histories(world):
                    if (course := golden.course_of(history)) in known:
                        continue
                    known.add(course)
                    kind = golden.type_of(history)
                    numbers[kind] += 1
                    golden.write(f"{name}.{kind}.{numbers[kind]}", history)


async def _histories(world: World) -> AsyncIterator[WorkflowHistory]:
    """Return the histories of all runs of this world, in the order in which they started."""
    query = f"TaskQueue = '{world.queue}'"

    async def none_runs() -> bool:
        runs = [run async for run in world.client.list_workflows(query)]
        return bool(runs) and all(run.status is not WorkflowExecutionStatus.RUNNING for run in runs)

    await until_awaited(none_runs)
    runs = [run async for run in world.client.list_workflows(query)]
    for run in sorted(runs, key=lambda run: (run.start_time, run.id)):
        yield await world.client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history()


if __name__ == "__main__":
    asyncio.run(record_missing())
