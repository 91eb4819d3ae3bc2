"""The scope that each call to the Accounting API needs."""

# https://developer.xero.com/documentation/guides/oauth2/scopes, granular scopes
_RESOURCES = {
    "accounting.invoices": {"Invoices", "CreditNotes"},
    "accounting.payments": {"Payments"},
    "accounting.contacts": {"Contacts"},
    "accounting.settings": {"Organisation", "Accounts", "TaxRates", "Currencies"},
}
ALL_SCOPES = frozenset({*_RESOURCES, *(f"{scope}.read" for scope in _RESOURCES)})


def allows(scopes: frozenset[str], method: str, resource: str) -> bool:
    """Whether one of the scopes opens the resource for the method."""
    needed = {scope for scope, resources in _RESOURCES.items() if resource in resources}
    if method == "GET":
        needed |= {f"{scope}.read" for scope in needed}
    return bool(needed & scopes)
