"""Which scope a call to the accounting API needs."""

_READ_WRITE = {
    "accounting.invoices": {"Invoices", "CreditNotes", "Items"},
    "accounting.payments": {"Payments", "Overpayments", "Prepayments"},
    "accounting.banktransactions": {"BankTransactions"},
    "accounting.contacts": {"Contacts"},
    "accounting.settings": {
        "Organisation", "Accounts", "TaxRates", "Currencies", "BrandingThemes", "Items",
        "TrackingCategories",
    },
    "accounting.attachments": {"Attachments"},
    # The broad scope that the granular ones replace.
    "accounting.transactions": {
        "Invoices", "CreditNotes", "Items", "Payments", "Overpayments", "Prepayments",
        "BankTransactions",
    },
}  # fmt: skip
_SIGN_IN = {"openid", "profile", "email", "offline_access"}
ALL_SCOPES = frozenset({*_READ_WRITE, *(f"{scope}.read" for scope in _READ_WRITE), *_SIGN_IN})


def allows(scopes: frozenset[str], method: str, resource: str) -> bool:
    """Whether any of the scopes opens the resource for the method."""
    for scope, resources in _READ_WRITE.items():
        if resource in resources and (
            scope in scopes or (method == "GET" and f"{scope}.read" in scopes)
        ):
            return True
    return False
