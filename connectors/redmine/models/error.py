"""The body of an error response, wiki page Rest_api (Validation errors)."""

from pydantic import BaseModel


class ErrorBody(BaseModel):
    """Sentences in the language of our account."""

    errors: list[str]
