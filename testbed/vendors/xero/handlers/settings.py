"""The organisation and its settings: accounts, tax rates, currencies."""

from testbed.vendors.common.call import Call, Response
from testbed.vendors.xero.records import Records
from testbed.vendors.xero.wire.envelope import wrapped
from testbed.vendors.xero.wire.lists import select
from testbed.vendors.xero.wire.render import render


class SettingsHandler:
    """Serves the settings of the organisation."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def organisation(self, call: Call) -> Response:
        return wrapped(call, "Organisations", [render(self._records.organisation)])

    def find(self, call: Call) -> Response:
        """The list that the last part of the path names."""
        kind = call.template.rpartition("/")[2]
        found = select(call, kind, self._records)
        return wrapped(call, kind, [render(doc) for doc in found.docs])
