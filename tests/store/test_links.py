"""A record of another system is linked to one record of ours."""

import pytest

from domain.ids import ExternalId
from domain.refusal import Refusal
from ports.links import Link
from store import Store
from tests.store.values import NOW, deal, later


def link(ours: str, theirs: str) -> Link:
    return Link(
        system="jira",
        tenant="acme.example",
        kind="pm.project",
        key=ours,
        external_id=ExternalId(theirs),
        deal=deal("links"),
    )


async def test_a_tie_is_found_from_both_ends(store: Store) -> None:
    await store.links.add(link("a", "A"), now=NOW)
    here = ("jira", "acme.example")
    found = await store.links.find_by_external_id(*here, "pm.project", ExternalId("A"))
    assert found == link("a", "A")
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
