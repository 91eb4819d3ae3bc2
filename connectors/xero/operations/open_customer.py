"""Opens a customer as a contact. A contact's number is our key, and Xero keeps it unique."""

from collections.abc import Sequence

from connectors.common import VendorOperation
from connectors.xero.client import XeroClient
from connectors.xero.models.contacts import Contact, ContactUpdate, NewContact
from connectors.xero.models.filters import equal, starts
from connectors.xero.models.json import wrapped
from domain.customer import OpenCustomer
from domain.effect import EffectKind, Receipt, Strategy
from ports.failures import Absent, Rejected
from ports.operation import Attempt


class OpenCustomerOperation(VendorOperation[XeroClient]):
    """Makes a contact with our number; an undo archives it."""

    kind = EffectKind("erp.customer")
    strategy = Strategy.UNIQUE_REFERENCE
    is_repeatable = True

    async def do(self, command: OpenCustomer, attempt: Attempt) -> Receipt:
        reference = self.client.references.of_customer(command.key, attempt.generation)
        body = wrapped("Contacts", NewContact.of(command, reference))
        try:
            # No idempotency key: the number keeps a second one out, and under a key Xero would
            # repeat a stored error for six minutes.
            response = await self.client.create("/Contacts", body=body)
        except Rejected as refused:
            # Our own attempt whose response was lost may have taken it.
            if found := await self.find(command):
                return found[0]
            await self._name_holder(command, refused)
            raise
        return response.read(tuple[Contact], "Contacts")[0].receipt(self.client.links)

    async def find(self, command: OpenCustomer) -> Sequence[Receipt]:
        """Our contacts that are not archived; a successor stands for a merged one."""
        references = self.client.references
        where = starts("ContactNumber", references.of_customer(command.key))
        found = await self.client.contacts(where=where)
        ours = [
            contact
            for contact in found
            if references.customer(contact.contact_number) == command.key
            and not contact.is_archived
        ]
        ours.sort(key=lambda contact: (len(contact.contact_number), contact.contact_number))
        return [contact.receipt(self.client.links) for contact in ours]

    async def undo(self, command: OpenCustomer, receipt: Receipt) -> None:
        archived = ContactUpdate(contact_id=receipt.id, contact_status="ARCHIVED")
        try:
            await self.client.update("/Contacts/{}", receipt.id, body=wrapped("Contacts", archived))
        except Absent:
            return
        except Rejected:
            # Xero refuses every edit of an archived contact, this one too.
            if not (await self.client.contact(receipt.id)).is_archived:
                raise

    async def _name_holder(self, command: OpenCustomer, refused: Rejected) -> None:
        """Raises Rejected with the contact that has the name, if there is one."""
        where = equal("Name", command.account.invoiced_name)
        for holder in await self.client.contacts(where=where) if where else []:
            if not holder.is_archived:
                reason = f"its name is that of the contact {holder.contact_id}"
                way_out = "choose that one for the deal, or rename either"
                raise Rejected(self.system, f"{refused.reason}: {reason}: {way_out}") from refused
