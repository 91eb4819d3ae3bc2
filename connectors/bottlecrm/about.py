"""BottleCRM's JSON about an account: its stages, its feed, its tasks, and who we are there."""

from datetime import datetime

from pydantic import Field

from connectors.bottlecrm.wire import Wire


class Stage(Wire):
    """A stage of a pipeline, by the code that deals have."""

    code: str
    kind: str


class Pipeline(Wire):
    """A pipeline and its stages."""

    stages: list[Stage]


class Pipelines(Wire):
    """All pipelines of deals."""

    pipelines: list[Pipeline]


class Activity(Wire):
    """That a record was saved."""

    record: str = Field(alias="entity_id")
    at: datetime = Field(alias="timestamp")


class Activities(Wire):
    """The latest activities, newest first, and no more than fifty."""

    activities: list[Activity]

    @property
    def latest(self) -> dict[str, datetime]:
        """When each record was saved last."""
        return {each.record: each.at for each in reversed(self.activities)}

    def reach(self, moment: datetime) -> bool:
        """Whether all that was saved since then is in here."""
        return bool(self.activities) and self.activities[-1].at < moment


class Task(Wire):
    """A task as lists have it."""

    id: str
    created_at: datetime


class Tasks(Wire):
    """One page of a list of tasks."""

    tasks: list[Task]


class Profile(Wire):
    """Whoever a token stands for."""

    id: str
    role: str


class ProfilePage(Wire):
    """Ourselves."""

    profile: Profile = Field(alias="user_obj")


class Organization(Wire):
    """The firm whose account it is."""

    name: str = ""
    currency: str | None = Field(None, alias="default_currency")
