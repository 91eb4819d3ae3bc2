"""The base of every domain type."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """An immutable fact. Two values with equal fields are the same value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
