"""Our key in a custom field, by which a version or an issue is found again.

Redmine makes either as often as it is asked: of two that a race made the older is meant, and the
other is swept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from connectors.redmine.wire import Record
from domain.effect import Receipt
from domain.ids import DealId, ExternalId

Keyed = TypeVar("Keyed", bound=Record)


def by_key(rows: Iterable[Keyed], field: int, deal: DealId) -> dict[str, list[Keyed]]:
    """Those that carry a key of the deal, by the rest of that key, each oldest first."""
    found: dict[str, list[Keyed]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: each.id):
        if key := row.key(field, deal):
            found[key].append(row)
    return dict(found)


def key_of(deal: DealId, key: str) -> str:
    """How a version or an issue carries our key."""
    return f"{deal}:{key}"


def elected(ours: Mapping[str, Sequence[Record]]) -> dict[str, ExternalId]:
    """The oldest of each key: whoever looks, sees the same one."""
    return {key: ExternalId(str(rows[0].id)) for key, rows in ours.items()}


def whole(
    project: ExternalId, keys: set[str], ours: Mapping[str, Sequence[Record]]
) -> Sequence[Receipt]:
    """All of it, if nothing is missing; and what a race made a second time, each by itself."""
    if not keys <= ours.keys():
        return ()
    late = (ExternalId(str(row.id)) for rows in ours.values() for row in rows[1:])
    strays = (Receipt(id=number, parts={"stray": number}) for number in late)
    return (Receipt(id=project, parts=elected(ours)), *strays)
