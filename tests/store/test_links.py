"""A record of another system is linked to one record of ours."""

import pytest

from domain.command import CommandName, CommandRecord
from domain.customer import TIE
from domain.ids import ExternalId
from domain.refusal import Refusal
from ports.links import Link
from store import Store
from tests.actors import GRACE
from tests.store.values import NOW, deal, later


def link(ours: str, theirs: str, kind: str = "pm.project") -> Link:
    return Link(
        system="jira",
        tenant="acme.example",
        kind=kind,
        key=ours,
        external_id=ExternalId(theirs),
        deal=deal("links"),
    )


async def test_a_tie_is_found_from_both_ends(store: Store) -> None:
    await store.links.add(link("a", "A"), now=NOW)
    here = ("jira", "acme.example")
    found = await store.links.of_external_id(*here, "pm.project", ExternalId("A"))
    assert found == [link("a", "A")]
    assert await store.links.find_by_key(*here, "pm.project", "a") == link("a", "A")
    assert await store.links.find_by_key(*here, "pm.work", "a") is None


async def test_tying_twice_is_once(store: Store) -> None:
    for second in range(2):
        await store.links.add(link("b", "B"), now=later(second))
    assert [one for one in await store.links.all_of("pm.project") if one.key == "b"] == [
        link("b", "B")
    ]


@pytest.mark.parametrize(("key", "external_id"), [("c", "other"), ("other", "C")])
async def test_neither_side_is_tied_to_a_second(store: Store, key: str, external_id: str) -> None:
    await store.links.add(link("c", "C"), now=NOW)
    with pytest.raises(Refusal, match="c is tied to C"):
        await store.links.add(link(key, external_id), now=NOW)


async def test_several_keys_may_have_one_customer_and_a_key_has_only_one(store: Store) -> None:
    ties = [link(key, "C1", TIE) for key in ("sk-ico-1", "sk-ico-2")]
    for tie in (*ties, *ties):
        await store.links.add(tie, now=NOW)
    found = await store.links.of_external_id("jira", "acme.example", TIE, ExternalId("C1"))
    assert sorted(found, key=lambda each: each.key) == ties
    with pytest.raises(Refusal, match="sk-ico-1 is tied to C1"):
        await store.links.add(link("sk-ico-1", "C2", TIE), now=NOW)


async def test_a_tie_is_removed_once_and_the_trail_says_who_asked_and_why(store: Store) -> None:
    tie = link("sk-ico-3", "C3", TIE)
    await store.links.add(tie, now=NOW)
    command = CommandRecord(
        id="c", deal=tie.deal, command=CommandName.UNTIE_CUSTOMER, actor=GRACE, reason="not them"
    )
    for _ in range(2):
        await store.links.remove(tie, command, now=NOW)
    assert not await store.links.of_key(TIE, "sk-ico-3")
    entries = await store.audit_trail.of_deal(tie.deal)
    [removed] = [each for each in entries if each.command == CommandName.UNTIE_CUSTOMER]
    assert (removed.actor, removed.reason) == (GRACE.subject, "not them")
