"""The types of associations that HubSpot defines between kinds of records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkType:
    """One type of association in one direction; `v3` is its name inside a record."""

    id: int
    category: str
    label: str | None
    inverse: int
    v3: str
    primary: bool = False


_PAIRS = (
    # from, to, type id, its reverse, primary
    ("deals", "companies", 5, 6, True),
    ("deals", "companies", 341, 342, False),
    ("deals", "contacts", 3, 4, False),
    ("contacts", "companies", 1, 2, True),
    ("contacts", "companies", 279, 280, False),
    ("line_items", "deals", 20, 19, False),
    ("quotes", "deals", 64, 63, False),
    ("quotes", "line_items", 67, 68, False),
    ("quotes", "contacts", 69, 70, False),
    ("quotes", "companies", 71, 72, False),
    ("notes", "deals", 214, 213, False),
    ("notes", "companies", 190, 189, False),
    ("notes", "contacts", 202, 201, False),
    ("notes", "tickets", 228, 227, False),
    ("tasks", "deals", 216, 215, False),
    ("tasks", "companies", 192, 191, False),
    ("tasks", "contacts", 204, 203, False),
    ("tasks", "tickets", 230, 229, False),
    ("tickets", "companies", 26, 25, True),
    ("tickets", "companies", 339, 340, False),
    ("tickets", "contacts", 16, 15, False),
    ("tickets", "deals", 28, 27, False),
)
_SINGULAR = {
    "deals": "deal", "companies": "company", "contacts": "contact", "line_items": "line_item",
    "quotes": "quote", "notes": "note", "tasks": "task", "tickets": "ticket",
}  # fmt: skip
_WITH_PRIMARY = {frozenset((a, b)) for a, b, _, _, primary in _PAIRS if primary}


def _both_ways() -> dict[tuple[str, str], list[LinkType]]:
    table: dict[tuple[str, str], list[LinkType]] = {}
    for a, b, id_, reverse, primary in _PAIRS:
        for start, end, one, other in ((a, b, id_, reverse), (b, a, reverse, id_)):
            name = f"{_SINGULAR[start]}_to_{_SINGULAR[end]}"
            if frozenset((a, b)) in _WITH_PRIMARY and not primary:
                name += "_unlabeled"
            label = "Primary" if primary else None
            found = LinkType(one, "HUBSPOT_DEFINED", label, other, name, primary)
            table.setdefault((start, end), []).append(found)
    return table


DEFINED = _both_ways()
