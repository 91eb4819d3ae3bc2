"""A BottleCRM account: its fields, pipelines and activities, its organization and our profile."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class BottlecrmModel(BaseModel):
    """The fields that we read of a JSON object; the others are ignored."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Definition(BottlecrmModel):
    """A custom field. BottleCRM drops what is written to an inactive one, without an error."""

    id: str
    record: str = Field(alias="target_model")
    key: str
    type: str = Field(alias="field_type")
    options: list[dict[str, Any]] | None = None
    is_active: bool = True

    @property
    def values(self) -> set[str]:
        return {str(option.get("value")) for option in self.options or []}


class Stage(BottlecrmModel):
    """A stage of a pipeline, with the code that deals have."""

    code: str
    kind: str


class Pipeline(BottlecrmModel):
    """A pipeline and its stages."""

    stages: list[Stage]


class Activity(BottlecrmModel):
    """One edit of a record."""

    record: str = Field(alias="entity_id")
    at: datetime = Field(alias="timestamp")


class Activities(BottlecrmModel):
    """The latest edits, newest first, and no more than fifty."""

    activities: list[Activity]

    @property
    def latest(self) -> dict[str, datetime]:
        """The time of the last edit by record."""
        return {each.record: each.at for each in reversed(self.activities)}

    def reach(self, moment: datetime) -> bool:
        """Whether they contain every edit since then."""
        return bool(self.activities) and self.activities[-1].at < moment


class Profile(BottlecrmModel):
    """The profile behind a token."""

    id: str
    role: str


class Organization(BottlecrmModel):
    """The company that owns the account."""

    id: str
    name: str = ""
    currency: str | None = Field(None, alias="default_currency")
