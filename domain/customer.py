"""Which customer of the ERP a CRM account is: an existing one, a new one, or a person's choice."""

from enum import StrEnum
from typing import Final

from domain.company import Account, Address
from domain.effect import EffectKind
from domain.identity import identity_of
from domain.ids import CustomerKey, DealId, ExternalId, Subject
from domain.value import Value

CUSTOMER: Final = EffectKind("erp.customer")
"""The kind of the effect that opens a customer, and of the link to it."""
TIE: Final = "erp.customer.tie"
"""The kind of a link to a customer that was there before us: several keys may have one."""


class Candidate(Value):
    """A customer record that may be the company, as the ERP has it."""

    id: ExternalId
    name: str
    key: str = ""
    company_id: str = ""
    vat_id: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2; empty if the ERP does not tell."""
    address: Address = Address()
    is_archived: bool = False


class Verdict(StrEnum):
    """Whether an account is a known customer."""

    MATCHED = "matched"
    NEW = "new"
    AMBIGUOUS = "ambiguous"


class CustomerMatch(Value):
    """The result of matching: one candidate, or several and the reason for the ambiguity."""

    verdict: Verdict
    reason: str
    chosen: ExternalId | None = None
    candidates: tuple[Candidate, ...] = ()


class OpenCustomer(Value):
    """The order to make this company a customer in the ERP."""

    key: CustomerKey
    deal: DealId
    account: Account
    billing_email: str
    currency: str

    @property
    def subject(self) -> Subject:
        return Subject(self.key)

    def identity(self) -> str:
        """One company is one customer, however each deal spells it."""
        return identity_of(customer=self.key)
