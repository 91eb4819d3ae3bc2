"""The sandbox serves only operations that the vendors document."""

import re
from pathlib import Path

import pytest

from testbed.vendors.serving import open_app
from tests.testbed.vendors.fidelity.conftest import hubspots_document, xeros_document

_NO_CLIENT = {
    "hubspot": {"GET /account-info/v3/details"},
    "xero": {"POST /connect/token"},
}
"""The operations that are in the vendor's guides, but in no client's models."""
_DATED = re.compile(r"/20\d\d-\d\d/|/20\d\d-\d\d$")
"""HubSpot's other names for the same operations; its client speaks v3 and v4 only."""


@pytest.mark.parametrize("vendor", ["hubspot", "xero"])
def test_every_route_is_documented(vendor: str, tmp_path: Path) -> None:
    document = {"hubspot": hubspots_document, "xero": xeros_document}[vendor]()
    app = open_app(vendor, tmp_path, {})
    served = {
        (method, route.path)
        for route in app.vendor.routes
        for method in (route.methods or set()) - {"HEAD"}
        if not _DATED.search(route.path)
    }
    app.close()
    made_up = {
        f"{method} {path}"
        for method, path in served
        if not document.find(method, re.sub(r"\{[^}]*\}", "deals", path))
    }
    assert made_up == _NO_CLIENT[vendor]
