"""The body of an error response."""

from pydantic import BaseModel, Field


class ErrorBody(BaseModel):
    """General messages, and messages by field. Either part may be missing."""

    messages: list[str] = Field([], alias="errorMessages")
    errors: dict[str, str] = {}

    @property
    def text(self) -> str:
        by_field = [f"{field}: {message}" for field, message in self.errors.items()]
        return "; ".join([*self.messages, *by_field])
