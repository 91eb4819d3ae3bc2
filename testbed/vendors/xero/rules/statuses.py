"""The statuses of invoices and credit notes, and the moves between them."""

DEAD_STATUSES = frozenset({"VOIDED", "DELETED"})
POSTED_STATUSES = frozenset({"AUTHORISED", "PAID"})

_FIRST = frozenset({"DRAFT", "SUBMITTED", "AUTHORISED"})
_NEXT = {
    "DRAFT": frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"}),
    "SUBMITTED": frozenset({"SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"}),
    "AUTHORISED": frozenset({"AUTHORISED", "VOIDED"}),
    # Only payments and allocations move a document into PAID and out of it.
    "PAID": frozenset({"PAID"}),
}


def refusal(noun: str, current: str | None, wanted: str, *, settled: bool) -> str | None:
    """The reason against the move from `current`, which is None for a new document."""
    if current is None:
        return None if wanted in _FIRST else f"{noun} not of valid status for creation"
    if wanted == "VOIDED" and settled and current in POSTED_STATUSES:
        return (
            f"The status VOIDED cannot be applied to the {noun.lower()} because it has "
            "payments or credit notes allocated to it."
        )
    if wanted not in _NEXT.get(current, frozenset()):
        return f"{noun} not of valid status for modification"
    return None
