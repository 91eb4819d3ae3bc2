"""A task in the CRM that asks a person in sales for something."""

from datetime import date

from domain.identity import identity_of
from domain.ids import DealId, Subject
from domain.value import Value


class OwnerTask(Value):
    """A task for the deal's owner: `title` says what to do, `body` why, without personal data.

    `subject` names the attention that asks, so that one attention is one task.
    """

    subject: Subject
    deal: DealId
    title: str
    body: str
    due: date

    def identity(self) -> str:
        return identity_of(deal=self.deal, title=self.title)
