"""The body of an error response."""

from connectors.xero.models.json import XeroModel


class ValidationError(XeroModel):
    """One reason against an element."""

    message: str = ""


class RefusedElement(XeroModel):
    """An element as it comes back, with the reasons against it."""

    validation_errors: list[ValidationError] = []


class ErrorBody(XeroModel):
    """The body of a 400."""

    message: str = ""
    elements: list[RefusedElement] = []

    @property
    def text(self) -> str:
        """The reasons against the elements, each once; without any, the message."""
        reasons = [error.message for each in self.elements for error in each.validation_errors]
        return " · ".join(dict.fromkeys(reasons)) or self.message
