"""An effect and a link belong to one account of a system, and a database to one installation."""

import re

import pytest
from sqlalchemy import URL

from domain.effect import Effect, EffectState, OtherAccount, Receipt
from domain.ids import ExternalId
from ports.effect_ledger import Intent
from ports.links import Link
from store import ForeignDatabase, Store, open_store
from tests.postgres import fresh_database
from tests.store.values import DRAFT, NOW, OPERATION_TIMEOUT, deal, intent

OTHER = {"xero elsewhere": ("xero", "elsewhere"), "tryton": ("tryton", "erp.example/books/1")}


@pytest.mark.parametrize("account", OTHER.values(), ids=OTHER.keys())
async def test_after_a_switch_of_vendor_the_ledger_answers_with_nothing_of_the_old_one(
    store: Store, account: tuple[str, str]
) -> None:
    """A customer that two deals share: the second deal begins after the switch."""
    name = f"shared-{account[0]}"
    customer = intent(name, kind="erp.customer")
    begun = await _begun(store, customer)
    await store.effect_ledger.confirm(
        customer.key, begun.attempt, [Receipt(id=ExternalId(f"C-{account[0]}"))]
    )
    moved = customer.model_copy(
        update={
            "key": intent(name, kind="erp.customer", account=account).key,
            "deal": deal(f"{name}-second"),
        }
    )
    effect = await _begun(store, moved)
    assert (effect.state, effect.receipt) == (EffectState.IN_FLIGHT, None)
    await store.effect_ledger.confirm(
        moved.key, effect.attempt, [Receipt(id=ExternalId(f"C-{account[0]}"))]
    )
    for each in (customer, moved):
        [found] = await store.links.of_external_id(
            each.key.system, each.key.tenant, "erp.customer", ExternalId(f"C-{account[0]}")
        )
        assert found.deal == each.deal


@pytest.mark.parametrize("account", OTHER.values(), ids=OTHER.keys())
async def test_a_deal_with_records_in_another_account_is_refused_and_both_are_named(
    store: Store, account: tuple[str, str]
) -> None:
    name = f"half-way-{account[0]}"
    await _begun(store, intent(name))
    moved = intent(name, account=account, part=":m2")
    said = rf"its erp records in xero books, and Cashward now works in {' '.join(account)}"
    with pytest.raises(OtherAccount, match=re.escape(said)):
        await _begun(store, moved)
    with pytest.raises(OtherAccount):
        await store.effect_ledger.begin_undo(moved, DRAFT, operation_timeout=OPERATION_TIMEOUT)
    with pytest.raises(OtherAccount):
        await store.effect_ledger.abandon(moved, "gone")
    with pytest.raises(OtherAccount):
        await store.effect_ledger.require_account(moved.key, moved.deal)
    assert await store.effect_ledger.read(moved.key) is None
    assert [effect.key for effect in await store.effect_ledger.of_deal(moved.deal)] == [
        intent(name).key
    ]


async def test_a_chosen_customer_keeps_its_deal_in_its_account(store: Store) -> None:
    link = Link(
        system="xero",
        tenant="books",
        kind="erp.customer",
        key="sk-chosen",
        external_id=ExternalId("C-chosen"),
        deal=deal("chosen"),
    )
    await store.links.add(link, now=NOW)
    with pytest.raises(OtherAccount):
        await _begun(store, intent("chosen", account=OTHER["tryton"]))
    await _begun(store, intent("chosen"))


async def test_a_deal_may_have_its_project_and_its_invoices_in_different_systems(
    store: Store,
) -> None:
    await _begun(store, intent("both"))
    await _begun(store, intent("both", kind="pm.project", account=("jira", "acme.example")))


async def test_what_was_undone_or_refused_ties_a_deal_to_no_account(store: Store) -> None:
    first, second = intent("moved"), intent("moved", part=":m2")
    undoing = await store.effect_ledger.begin_undo(
        first, DRAFT, operation_timeout=OPERATION_TIMEOUT
    )
    await store.effect_ledger.reverse(first.key, undoing.attempt, "cancelled")
    refused = await _begun(store, second)
    await store.effect_ledger.refuse(second.key, refused.attempt, "no such customer")
    await _begun(store, intent("moved", account=OTHER["tryton"]))
    with pytest.raises(OtherAccount):
        await _begun(store, second)


async def test_a_database_belongs_to_the_installation_that_started_first(
    postgres: URL,
) -> None:
    with fresh_database(postgres) as url:
        await _register_twice(url)


async def _register_twice(url: str) -> None:
    async with open_store(url) as store:
        await store.installation.require("globex")
        await store.installation.register("acme")
        await store.installation.register("acme")
        with pytest.raises(ForeignDatabase, match=r"belongs to .*'acme', .* is\s+'globex'"):
            await store.installation.register("globex")
        with pytest.raises(ForeignDatabase):
            await store.installation.require("globex")


async def _begun(store: Store, wanted: Intent) -> Effect:
    return await store.effect_ledger.begin(
        wanted, DRAFT, operation_timeout=OPERATION_TIMEOUT, is_repeatable=False
    )
