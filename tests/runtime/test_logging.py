"""Nothing personal and nothing secret reaches the log."""

import pytest

from runtime.logging import redact


@pytest.mark.parametrize(
    "said",
    ["write to ap@kovo.example now", "Authorization: Bearer abc.def-123", "Basic cGV0cmE6c2VjcmV0"],
)
def test_addresses_and_credentials_are_blanked_wherever_they_stand(said: str) -> None:
    shown = str(redact(None, "info", {"event": said})["event"])
    for secret in ("kovo", "abc.def", "cGV0"):
        assert secret not in shown


@pytest.mark.parametrize("field", ["email", "name", "token", "Password"])
def test_fields_that_hold_persons_or_secrets_are_blanked(field: str) -> None:
    assert redact(None, "info", {field: "Petra"})[field] == "…"


def test_facts_stay() -> None:
    assert redact(None, "info", {"workflow": "deal:hubspot:1"}) == {"workflow": "deal:hubspot:1"}
