"""The association types that HubSpot defines, from its list of association type ids."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AssociationType:
    """One type of association in one direction; `name` is what a v3 record calls it."""

    id: int
    category: str
    label: str | None
    inverse: int
    name: str
    primary: bool = False


_PAIRS = (
    # from, to, type id, id of the inverse, primary
    ("deal", "company", 5, 6, True),
    ("deal", "company", 341, 342, False),
    ("deal", "contact", 3, 4, False),
    ("contact", "company", 1, 2, True),
    ("contact", "company", 279, 280, False),
    ("line_item", "deal", 20, 19, False),
    ("task", "deal", 216, 215, False),
    ("task", "contact", 204, 203, False),
    ("task", "company", 192, 191, False),
)


def _both_ways() -> dict[tuple[str, str], list[AssociationType]]:
    with_primary = {frozenset((a, b)) for a, b, _, _, primary in _PAIRS if primary}
    table: dict[tuple[str, str], list[AssociationType]] = {}
    for a, b, id_, reverse, primary in _PAIRS:
        for start, end, one, other in ((a, b, id_, reverse), (b, a, reverse, id_)):
            name = f"{start}_to_{end}"
            if frozenset((a, b)) in with_primary and not primary:
                name += "_unlabeled"
            label = "Primary" if primary else None
            made = AssociationType(one, "HUBSPOT_DEFINED", label, other, name, primary)
            table.setdefault((start, end), []).append(made)
    return table


DEFINED = _both_ways()
"""By the singular names of the two object types."""
