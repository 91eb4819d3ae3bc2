"""The base of every domain type."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable fact. Values with equal fields are equal; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
