"""The sandbox and our connectors follow the vendors' own documents.

The documents are the models that the vendors' clients were generated from.
"""

import pytest

from tests.testbed.vendors.fidelity.judging import Verdict

_LEAST = {"hubspots": 52, "xeros": 19}
"""How many operations were compared when this was written."""
_UNDOCUMENTED = {
    "hubspots": {"GET /account-info/v3/details"},
    "xeros": {"POST /connect/token"},
}
"""The operations of which no client has a model."""


@pytest.fixture(params=["hubspots", "xeros"])
def vendor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def verdict(request: pytest.FixtureRequest, vendor: str) -> Verdict:
    found: Verdict = request.getfixturevalue(vendor)
    return found


def test_what_passes_is_what_the_document_says(verdict: Verdict) -> None:
    assert not verdict.complaints, "\n".join(map(str, verdict.complaints.values()))


def test_most_of_what_is_served_is_compared(vendor: str, verdict: Verdict) -> None:
    print(f"{len(verdict.compared)} operations of {vendor} were compared")  # noqa: T201  to be read
    assert len(verdict.compared) >= _LEAST[vendor], sorted(verdict.compared)


def test_only_what_the_document_lacks_is_left_out(vendor: str, verdict: Verdict) -> None:
    assert verdict.undocumented == _UNDOCUMENTED[vendor]


def test_a_known_difference_that_is_gone_is_struck_off_the_list(verdict: Verdict) -> None:
    assert verdict.unseen == set()
