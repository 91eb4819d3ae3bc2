"""The body of an error response."""

from typing import Any

from pydantic import BaseModel, Field


class ErrorDetail(BaseModel):
    """One of several errors."""

    message: str = ""
    code: str = ""
    context: dict[str, Any] = Field(default_factory=dict)


class ErrorBody(BaseModel):
    """Any field but the message may be missing."""

    message: str
    category: str = ""
    policy: str = Field("", alias="policyName")
    context: dict[str, Any] = Field(default_factory=dict)
    errors: list[ErrorDetail] = Field(default_factory=list)

    @property
    def text(self) -> str:
        """The messages of the details, if there are any: the message repeats them as JSON."""
        details = "; ".join(detail.message for detail in self.errors if detail.message)
        return details or self.message

    @property
    def scopes(self) -> str:
        """The missing scopes; HubSpot puts them in either of two places."""
        contexts = [self.context, *(detail.context for detail in self.errors)]
        scopes = [context.get("requiredGranularScopes") or [] for context in contexts]
        return ", ".join(scope for each in scopes for scope in each)
