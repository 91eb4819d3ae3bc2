"""A customer that another deal begins to use while it is taken back stays."""

from datetime import timedelta

import pytest

from activities.effects import Effects
from connectors.common.references import References
from connectors.memory import Fault
from connectors.memory.erp import MemoryCustomers
from connectors.memory.world import MemoryWorld
from domain.customer import OpenCustomer
from domain.effect import NotSettled
from domain.ids import CustomerKey, DealId
from ports.failures import Uncertain
from store import Store
from tests.deals import company

ACCOUNT = company(1)


def opening(of: str, key: str) -> OpenCustomer:
    return OpenCustomer(
        key=CustomerKey(key),
        deal=DealId(f"hubspot:{of}"),
        account=ACCOUNT,
        billing_email="",
        currency="EUR",
    )


def effects_of(store: Store) -> Effects:
    return Effects(store.effect_ledger, operation_timeout=timedelta(seconds=30))


@pytest.mark.parametrize("is_shared", [True, False])
async def test_nobody_gets_a_customer_while_it_is_decided_whether_it_stays(
    store: Store, *, is_shared: bool
) -> None:
    world = MemoryWorld()
    operation, effects = MemoryCustomers(world, References("acme")).open_customer, effects_of(store)
    first, second = opening("a", f"k-{is_shared}"), opening("b", f"k-{is_shared}")
    made = await effects.execute(operation, first)

    async def ask() -> bool:
        with pytest.raises(NotSettled):
            await effects.execute(operation, second)
        return is_shared

    await effects.undo(operation, first, reason="the deal was cancelled", unless=ask)
    assert world.customers[made.id].is_archived is not is_shared
    got = await effects.execute(operation, second)
    assert (got.id == made.id) is is_shared
    assert not world.customers[got.id].is_archived


async def test_a_customer_that_a_lost_call_took_back_is_opened_again_for_who_needs_it(
    store: Store,
) -> None:
    world = MemoryWorld()
    operation, effects = MemoryCustomers(world, References("acme")).open_customer, effects_of(store)
    first, second = opening("a", "k-lost"), opening("b", "k-lost")
    made = await effects.execute(operation, first)

    world.fail(Fault.LOST_REPLY)
    with pytest.raises(Uncertain):
        await effects.undo(operation, first, reason="cancelled", unless=_nobody_needs_it)
    await effects.undo(operation, first, reason="cancelled", unless=_another_needs_it)
    got = await effects.execute(operation, second)
    assert got.id != made.id
    assert not world.customers[got.id].is_archived


async def _nobody_needs_it() -> bool:
    return False


async def _another_needs_it() -> bool:
    return True
