"""What we ask a person in sales to do, where they look every day: a task in the CRM."""

from datetime import date

from domain.ids import DealId, Subject
from domain.value import Value


class OwnerTask(Value):
    """Ask the deal's owner: `title` says what to do, `body` why. Both come without personal data.

    `subject` names the attention that asks, so that one attention is one task.
    """

    subject: Subject
    deal: DealId
    title: str
    body: str
    due: date

    def identity(self) -> str:
        return f"{self.deal}|{self.title}"
