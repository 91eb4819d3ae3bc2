"""The write-back of a deal to the CRM: its project and its money."""

from domain.cash import CashPosition
from domain.identity import identity_of
from domain.ids import DealId, Subject
from domain.money import Money
from domain.stage import Stage
from domain.value import Value


class WriteBack(Value):
    """Absolute values for the deal's record, never increments. None leaves a field as it is.

    `billed` and `credited` are net of VAT, `paid` and `outstanding` include it. An empty
    `project` or `attention` clears the field.
    """

    subject: Subject
    deal: DealId
    stage: Stage | None = None
    contracted: Money | None = None
    billed: Money | None = None
    credited: Money | None = None
    paid: Money | None = None
    outstanding: Money | None = None
    project: str | None = None
    project_url: str | None = None
    attention: str | None = None

    @property
    def only_asks(self) -> bool:
        """Whether it writes nothing but what the deal waits for."""
        return self.model_dump(exclude_none=True).keys() <= {"subject", "deal", "attention"}

    def identity(self) -> str:
        return identity_of(
            deal=self.deal,
            stage=self.stage,
            contracted=_amount(self.contracted),
            billed=_amount(self.billed),
            credited=_amount(self.credited),
            paid=_amount(self.paid),
            outstanding=_amount(self.outstanding),
            project=self.project,
            project_url=self.project_url,
            attention=self.attention,
        )


def _amount(money: Money | None) -> str | None:
    return None if money is None else str(money)


def write_back(position: CashPosition, stage: Stage, *, revision: int) -> WriteBack:
    """Return the revenue of a deal for its CRM record; each revision is an effect of its own."""
    return WriteBack(
        subject=Subject(f"{position.deal}:w{revision}"),
        deal=position.deal,
        stage=stage,
        contracted=position.contracted,
        billed=position.billed,
        credited=position.credited,
        paid=position.paid,
        outstanding=position.outstanding,
        attention="",
    )
