"""Milestones and work packages at a PM: their names, and how they are found by our keys.

A PM that does not refuse a repeat may have two parts with one key. The older one counts, and the
other is swept.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from domain.effect import Receipt
from domain.ids import ExternalId, MilestoneKey
from domain.project import Milestone


def one_line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest]


def with_suffix(name: str, suffix: str, longest: int) -> str:
    """Return the name with its suffix, cut so that it fits."""
    return one_line(name, longest - len(suffix)) + suffix


def unique_names(milestones: Iterable[Milestone], longest: int) -> dict[MilestoneKey, str]:
    """Return the names of milestones; a name that several have is followed by the key."""
    milestones = list(milestones)
    names = {milestone.key: one_line(milestone.name, longest) for milestone in milestones}
    count = Counter(name.casefold() for name in names.values())
    return {
        key: name if count[name.casefold()] == 1 else with_suffix(name, f" ({key})", longest)
        for key, name in names.items()
    }


def oldest(parts: Iterable[tuple[str, str]]) -> dict[str, ExternalId]:
    """The first id of each key; `parts` are keys and ids, oldest first."""
    found: dict[str, ExternalId] = {}
    for key, part in parts:
        found.setdefault(key, ExternalId(part))
    return found


def receipts(
    project: ExternalId, keys: AbstractSet[str], parts: Sequence[tuple[str, str]]
) -> Sequence[Receipt]:
    """One receipt of all parts if no key is missing, and one of each second part with a key."""
    found = oldest(parts)
    if not keys <= found.keys():
        return ()
    strays = (ExternalId(part) for key, part in parts if found[key] != part)
    return (
        Receipt(id=project, parts=found),
        *(Receipt(id=stray, parts={"stray": stray}) for stray in strays),
    )
