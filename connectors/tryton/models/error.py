"""The error in a reply."""

from typing import Any

from connectors.tryton.models.json import TrytonModel


class Reply(TrytonModel):
    """A reply has a result, or an error whose first element is its class."""

    error: list[Any] = []
