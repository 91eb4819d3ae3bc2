"""Tryton's harness: the real system, its bank and its accountant, and a proxy for faults."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from connectors.common import Roles
from connectors.memory import Fault
from connectors.tryton import TrytonSettings, open_tryton
from domain.ids import ExternalId
from domain.money import Money
from ports.erp import Customers, Invoicing
from testbed.systems.common.proxy import Fault as ProxyFault
from testbed.systems.common.proxy import Proxy, proxy_before
from testbed.systems.common.system import Place, Running
from testbed.systems.tryton import changes
from testbed.systems.tryton.client import Person, Said, person
from tests.contracts.erp_harness import Look, Refused
from tests.contracts.webhook_receiver import WebhookReceiver
from tests.references import OURS, THEIRS

_FAULTS = {Fault.THROTTLED: ProxyFault.THROTTLED, Fault.LOST_REPLY: ProxyFault.LOST_REPLY}
_CHANGES = {
    Fault.DOWN: {"url": "http://127.0.0.1:9"},
    Fault.LOCKED_OUT: {"password": "wrong"},
}


def settings(place: Place, **changes: Any) -> TrytonSettings:
    known = {name.lower(): value for name, value in place.connector.items()}
    return TrytonSettings.model_validate({**known, **changes})


@dataclass(frozen=True)
class TrytonHarness:
    """The connector under test, the proxy before Tryton, and the people who use it."""

    place: Place
    roles: Roles
    proxy: Proxy
    bank: Person
    accountant: Person
    transactions: "count[int]" = field(default_factory=count)

    @property
    def customers(self) -> Customers:
        assert self.roles.customers
        return self.roles.customers

    @property
    def invoicing(self) -> Invoicing:
        assert self.roles.invoicing
        return self.roles.invoicing

    async def pay(self, invoice: ExternalId, amount: Money) -> None:
        number = f"BANK-{next(self.transactions)}"
        await self.bank.pay(int(invoice), str(amount.amount), number=number)

    async def take_payments_back(self, invoice: ExternalId) -> None:
        """Reverse the payments' moves: an accountant's unreconciling alone leaves them in place."""
        await self.accountant.unpay(int(invoice))
        paid = [["state", "=", "posted"], ["origin", "like", "account.statement,%"]]
        form = {"description": "bounced", "reversal": True}
        for move in await self.accountant.read("account.move", paid, "id"):
            await self.accountant.wizard(
                "account.move.cancel", "account.move", [move["id"]], "cancel", **form
            )

    async def void(self, invoice: ExternalId) -> None:
        try:
            await self.accountant.call("model.account.invoice.cancel", [int(invoice)])
        except Said as no:
            raise Refused(str(no)) from no

    async def reprice(self, draft: ExternalId, net: Money) -> None:
        lines = [["invoice", "=", int(draft)]]
        (line,) = await self.accountant.read("account.invoice.line", lines, "id")
        price = {"unit_price": {"__class__": "Decimal", "decimal": str(net.amount)}}
        change = {"lines": [["write", [line["id"]], price]]}
        await self.accountant.call("model.account.invoice.write", [int(draft)], change)

    async def words(self, credit_note: ExternalId) -> str:
        by_id = [["id", "=", int(credit_note)]]
        (found,) = await self.accountant.read("account.invoice", by_id, "description")
        return str(found["description"])

    async def texts(self, invoice: ExternalId) -> Sequence[str]:
        of_text = [["invoice", "=", int(invoice)], ["type", "!=", "line"]]
        found = await self.accountant.read("account.invoice.line", of_text, "description")
        return [line["description"] for line in found]

    async def annotate(self, draft: ExternalId) -> Look:
        note = {"comment": "Please quote your order"}
        await self.accountant.call("model.account.invoice.write", [int(draft)], note)

        async def is_there() -> bool:
            return [note["comment"]] == [row["comment"] for row in await self.rows(draft)]

        return is_there

    async def rows(self, invoice: ExternalId) -> list[dict[str, Any]]:
        fields = ("comment", "number", "state", "move", "cancel_move")
        return await self.accountant.read("account.invoice", [["id", "=", int(invoice)]], *fields)

    async def wait(self, pause: timedelta) -> None:
        await asyncio.sleep(pause.total_seconds())

    def opened(self, **changes: Any) -> AbstractAsyncContextManager[Roles]:
        return open_tryton(settings(self.place, **{"url": self.proxy.url, **changes}), OURS)

    def of_another_installation(self) -> AbstractAsyncContextManager[Roles]:
        return open_tryton(settings(self.place, url=self.proxy.url), THEIRS)

    def in_small_pages(self) -> AbstractAsyncContextManager[Roles]:
        return self.opened(page_size=2)

    def webhook_receiver(self) -> AbstractAsyncContextManager[WebhookReceiver]:
        raise NotImplementedError("Tryton's core has no webhooks")

    @asynccontextmanager
    async def with_fault(self, fault: Fault) -> AsyncIterator[Roles]:
        if rule := _FAULTS.get(fault):
            self.proxy.once(rule, changes)
        async with self.opened(**_CHANGES.get(fault, {})) as roles:
            yield roles
        self.proxy.heal()


@asynccontextmanager
async def erp(system: Running) -> AsyncIterator[TrytonHarness]:
    await system.reset()
    place = system.place
    async with (
        proxy_before(place.url) as proxy,
        open_tryton(settings(place, url=proxy.url), OURS) as roles,
        person(place, "bank") as bank,
        person(place, "accountant") as accountant,
    ):
        yield TrytonHarness(place, roles, proxy, bank, accountant)
