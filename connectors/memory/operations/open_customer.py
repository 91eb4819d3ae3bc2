"""Opens a customer."""

from collections.abc import Sequence

from connectors.memory.operations.base import MemoryOperation, receipt_of
from domain.customer import Candidate, OpenCustomer
from domain.effect import EffectKind, Receipt


class OpenCustomerOperation(MemoryOperation[OpenCustomer]):
    """Customers are found by our key; an undo archives them."""

    kind = EffectKind("erp.customer")

    def create(self, command: OpenCustomer) -> Receipt:
        ids = command.account.ids
        customer = Candidate(
            id=self.world.next_id("C"),
            name=command.account.invoiced_name,
            company_id=ids.company_id,
            vat_id=ids.vat_id,
            country=command.account.country,
            address=command.account.address,
        )
        self.world.customers[customer.id] = customer
        return receipt_of("customers", customer.id)

    def existing(self, command: OpenCustomer) -> Sequence[Receipt]:
        customers = self.world.customers
        ours = self.ours(customers, command)
        return [receipt_of("customers", each) for each in ours if not customers[each].is_archived]

    def remove(self, command: OpenCustomer, receipt: Receipt) -> None:
        if customer := self.world.customers.get(receipt.id):
            archived = customer.model_copy(update={"is_archived": True})
            self.world.customers[receipt.id] = archived
