"""What a line of the quote says in square brackets, as BottleCRM's lines have no fields of ours."""

import re
from dataclasses import dataclass

_TAG = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Tag:
    """Such as `[labour; day; SKU-1]`."""

    cost_type: str = ""
    unit: str = ""
    sku: str = ""


def tag(description: str) -> Tag | None:
    """The first pair of brackets; its parts may be left out from the end."""
    found = _TAG.search(description)
    if found is None:
        return None
    cost_type, unit, sku = [*(part.strip() for part in found[1].split(";", 2)), "", ""][:3]
    return Tag(cost_type.lower(), unit.lower(), sku)
