"""The settings of the memory connector."""

from pydantic import BaseModel, ConfigDict, Field

from connectors.memory.world import MemoryWorld


class MemorySettings(BaseModel):
    """A test may hand in a world of its own, to look into it."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    world: MemoryWorld = Field(default_factory=MemoryWorld)
