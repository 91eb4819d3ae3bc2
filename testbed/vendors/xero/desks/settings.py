"""Reference data: the organisation, its accounts, tax rates, currencies, items, tracking."""

from testbed.vendors.common.call import Answer, Call
from testbed.vendors.xero import refusals
from testbed.vendors.xero.books import Books
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.render import out

_ACTIONS = (
    "CreateApprovedInvoice", "CreateDraftInvoice", "CreateRepeatingInvoice",
    "AttachFilesToInvoices", "UseMulticurrency",
)  # fmt: skip


class SettingsDesk:
    """Serves what changes seldom."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def organisation(self, call: Call) -> Answer:
        return wrapped(call, "Organisations", [out(self._books.organisation)])

    def actions(self, call: Call) -> Answer:
        rows = [{"Name": name, "Status": "ALLOWED"} for name in _ACTIONS]
        return wrapped(call, "Actions", rows)

    def accounts(self, call: Call) -> Answer:
        return self._all(call, "Accounts")

    def account(self, call: Call) -> Answer:
        return self._one(call, "Accounts")

    def tax_rates(self, call: Call) -> Answer:
        return self._all(call, "TaxRates")

    def currencies(self, call: Call) -> Answer:
        return self._all(call, "Currencies")

    def branding_themes(self, call: Call) -> Answer:
        return self._all(call, "BrandingThemes")

    def items(self, call: Call) -> Answer:
        return self._all(call, "Items")

    def item(self, call: Call) -> Answer:
        return self._one(call, "Items", number="Code")

    def categories(self, call: Call) -> Answer:
        return self._all(call, "TrackingCategories")

    def category(self, call: Call) -> Answer:
        return self._one(call, "TrackingCategories")

    def _all(self, call: Call, kind: str) -> Answer:
        return wrapped(call, kind, [out(doc) for doc in self._books.shelf(kind).values()])

    def _one(self, call: Call, kind: str, number: str | None = None) -> Answer:
        found = self._books.named(kind, call.params["id"], number)
        if not found:
            raise refusals.absent()
        return wrapped(call, kind, [out(found)])
