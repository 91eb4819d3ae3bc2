"""Tokens are issued and expire by the rules."""

from pathlib import Path

import pytest

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Store
from testbed.vendors.common.tokens import (
    Application,
    InvalidToken,
    TokenRefused,
    TokenRules,
    TokenServer,
)

CLIENT = {"client_id": "app", "client_secret": "secret"}
ALONE = {**CLIENT, "grant_type": "client_credentials"}
APP = Application(
    id="app",
    secret="secret",
    actor="cashward",
    scopes=frozenset({"read", "write"}),
    refresh_token="first",
)


def renewal(token: str) -> dict[str, str]:
    return {**CLIENT, "grant_type": "refresh_token", "refresh_token": token}


RULES = TokenRules(grants=frozenset({"client_credentials", "refresh_token"}), access_life=1800)


def server(folder: Path) -> tuple[TokenServer, Clock]:
    clock = Clock()
    return TokenServer(Store(folder / "state.sqlite"), clock, [APP], RULES), clock


def error_of(tokens: TokenServer, request: dict[str, str]) -> str:
    with pytest.raises(TokenRefused) as refused:
        tokens.issue(request)
    return refused.value.error


def test_an_access_token_has_the_scopes_that_were_asked_for(tmp_path: Path) -> None:
    tokens, _ = server(tmp_path)
    one = tokens.find(tokens.issue({**ALONE, "scope": "read"}).text)
    assert (one.client.actor, list(one.scopes)) == ("cashward", ["read"])
    assert tokens.find(tokens.issue(ALONE).text).scopes == {"read", "write"}


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({**ALONE, "client_secret": "guess"}, "invalid_client"),
        ({**ALONE, "client_id": "nobody"}, "invalid_client"),
        ({**ALONE, "grant_type": "password"}, "unsupported_grant_type"),
        ({**ALONE, "scope": "read admin"}, "invalid_scope"),
        (renewal("guess"), "invalid_grant"),
        ({**CLIENT, "grant_type": "refresh_token"}, "invalid_grant"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_by_name(
    tmp_path: Path, request_: dict[str, str], error: str
) -> None:
    assert error_of(server(tmp_path)[0], request_) == error


def test_an_access_token_ends_with_its_life(tmp_path: Path) -> None:
    tokens, clock = server(tmp_path)
    token = tokens.issue(ALONE).text
    clock.advance(1801)
    with pytest.raises(InvalidToken) as expired:
        tokens.find(token)
    assert expired.value.expired_at
    with pytest.raises(InvalidToken) as unknown:
        tokens.find("guess")
    assert unknown.value.expired_at is None


def test_a_refresh_token_serves_always_and_stays_the_same(tmp_path: Path) -> None:
    tokens, _ = server(tmp_path)
    first, second = [tokens.issue(renewal("first")) for _ in range(2)]
    assert first.text != second.text
    assert first.client.refresh_token == second.client.refresh_token == "first"


def test_a_token_that_is_expired_on_demand_opens_nothing(tmp_path: Path) -> None:
    tokens, _ = server(tmp_path)
    token = tokens.issue(ALONE).text
    assert tokens.expire(token)
    assert not tokens.expire("guess")
    with pytest.raises(InvalidToken):
        tokens.find(token)
