"""The baseline: a contract's value, which bounds everything that is billed under it."""

from typing import Self

from domain.contract import Contract
from domain.ids import CustomerKey, DealId
from domain.money import Money
from domain.value import Value


class Baseline(Value):
    """The agreed value of a contract. `charges` is how many charges it has."""

    deal: DealId
    customer: CustomerKey
    value: Money
    charges: int = 0

    @classmethod
    def of(cls, contract: Contract) -> Self:
        return cls(
            deal=contract.deal,
            customer=contract.customer,
            value=contract.value,
            charges=len(contract.charges),
        )
