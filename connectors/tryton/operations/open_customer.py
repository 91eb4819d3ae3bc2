"""Opens a customer as a party. A party's code is our key, and Tryton keeps it unique."""

from collections.abc import Sequence

from connectors.common import VendorOperation
from connectors.tryton.client import TrytonClient, number_of
from connectors.tryton.models.parties import Party, new_party
from domain.customer import OpenCustomer
from domain.effect import EffectKind, Receipt, Strategy
from ports.failures import Absent, Rejected
from ports.operation import Attempt


class OpenCustomerOperation(VendorOperation[TrytonClient]):
    """Makes a party with our code; an undo archives it."""

    kind = EffectKind("erp.customer")
    strategy = Strategy.UNIQUE_REFERENCE
    is_repeatable = True

    async def do(self, command: OpenCustomer, attempt: Attempt) -> Receipt:
        home = [["code", "=", command.account.country]]
        countries = await self.client.ids("country.country", home)
        code = self.client.references.of_customer(command.key, attempt.generation)
        values = new_party(command, code, next(iter(countries), None))
        try:
            party = await self.client.create(Party.model, values)
        except Rejected:
            # Our own attempt whose response was lost may have taken the code.
            if found := await self.find(command):
                return found[0]
            raise
        return self.client.urls.receipt(Party.model, party)

    async def find(self, command: OpenCustomer) -> Sequence[Receipt]:
        """Our parties that are not archived, oldest first."""
        references = self.client.references
        like = ["code", "like", f"{references.of_customer(command.key)}%"]
        found = await self.client.search(Party, [like])
        ours = [party for party in found if references.customer(party.code) == command.key]
        return [self.client.urls.receipt(Party.model, party.id) for party in ours]

    async def undo(self, command: OpenCustomer, receipt: Receipt) -> None:
        try:
            party = number_of(receipt.id)
        except Absent:
            return
        # A search leaves out archived parties.
        if await self.client.ids(Party.model, [["id", "=", party]]):
            await self.client.write(Party.model, party, {"active": False})
