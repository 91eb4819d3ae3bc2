"""The baseline: a contract's value, which bounds everything that is billed under it."""

from typing import Self

from domain.charge import Charge
from domain.contract import Contract
from domain.ids import CustomerKey, DealId
from domain.money import Money
from domain.value import Value


class Baseline(Value):
    """The agreed value of a contract, and its charges."""

    deal: DealId
    customer: CustomerKey
    value: Money
    charges: tuple[Charge, ...] = ()

    @classmethod
    def of(cls, contract: Contract) -> Self:
        return cls(
            deal=contract.deal,
            customer=contract.customer,
            value=contract.value,
            charges=contract.charges,
        )
