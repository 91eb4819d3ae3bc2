"""Which status a document may take next, and what may still be edited in it."""

NEW_STATUSES = frozenset({"DRAFT", "SUBMITTED", "AUTHORISED"})
DEAD_STATUSES = frozenset({"VOIDED", "DELETED"})
POSTED_STATUSES = frozenset({"AUTHORISED", "PAID"})

_NEXT = {
    "DRAFT": frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"}),
    "SUBMITTED": frozenset({"SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"}),
    "AUTHORISED": frozenset({"AUTHORISED", "VOIDED"}),
    # The system pays and unpays; a client that posts a paid document back changes nothing.
    "PAID": frozenset({"PAID"}),
}

OPEN_WHEN_SETTLED = frozenset(
    {"Reference", "DueDate", "InvoiceNumber", "BrandingThemeID", "Url", "Contact", "LineItems"}
)
OPEN_LINE_WHEN_SETTLED = frozenset({"LineItemID", "Description", "AccountCode", "Tracking"})


def refusal(noun: str, current: str | None, wanted: str, *, settled: bool) -> str | None:
    """Why a document cannot go from `current` (None: not yet made) to `wanted`."""
    if current is None:
        return None if wanted in NEW_STATUSES else f"{noun} not of valid status for creation"
    if wanted == "VOIDED" and settled and current in POSTED_STATUSES:
        return (
            f"The status VOIDED cannot be applied to the {noun.lower()} because it has "
            "payments or credit notes allocated to it."
        )
    if wanted not in _NEXT.get(current, frozenset()):
        return f"{noun} not of valid status for modification"
    return None
