"""Tokens are issued to whom the rules allow, and end when the rules say so."""

from dataclasses import replace
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


def server(folder: Path, rules: TokenRules = RULES) -> tuple[TokenServer, Clock]:
    clock = Clock()
    tokens = TokenServer(Store(folder / "state.sqlite"), clock, [APP], rules)
    tokens.seed()
    return tokens, clock


def error_of(tokens: TokenServer, request: dict[str, str]) -> str:
    with pytest.raises(TokenRefused) as refused:
        tokens.issue(request)
    return refused.value.error


def test_an_access_token_has_the_scopes_that_were_asked_for(tmp_path: Path) -> None:
    tokens, _ = server(tmp_path)
    one = tokens.find(tokens.issue({**ALONE, "scope": "read"}).access_token)
    assert (one.actor, list(one.scopes), one.grant) == ("cashward", ["read"], "client_credentials")
    assert tokens.find(tokens.issue(ALONE).access_token).scopes == {"read", "write"}


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({**ALONE, "client_secret": "guess"}, "invalid_client"),
        ({**ALONE, "client_id": "nobody"}, "invalid_client"),
        ({**ALONE, "grant_type": "password"}, "unsupported_grant_type"),
        ({**ALONE, "scope": "read admin"}, "invalid_scope"),
        (renewal("guess"), "invalid_grant"),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused_by_name(
    tmp_path: Path, request_: dict[str, str], error: str
) -> None:
    assert error_of(server(tmp_path)[0], request_) == error


def test_an_access_token_ends_with_its_life(tmp_path: Path) -> None:
    tokens, clock = server(tmp_path)
    token = tokens.issue(ALONE).access_token
    clock.advance(1801)
    with pytest.raises(InvalidToken) as expired:
        tokens.find(token)
    assert expired.value.expired_at
    with pytest.raises(InvalidToken) as unknown:
        tokens.find("guess")
    assert unknown.value.expired_at is None


def test_a_rotating_refresh_token_serves_once_and_its_successor_next(tmp_path: Path) -> None:
    tokens, _ = server(tmp_path)
    second = tokens.issue(renewal("first")).refresh_token
    assert error_of(tokens, renewal("first")) == "invalid_grant"
    assert tokens.issue(renewal(second)).refresh_token not in {"first", second}


def test_a_used_refresh_token_serves_again_within_its_grace(tmp_path: Path) -> None:
    tokens, clock = server(tmp_path, replace(RULES, grace=60))
    tokens.issue(renewal("first"))
    clock.advance(50)
    tokens.issue(renewal("first"))
    clock.advance(20)
    assert error_of(tokens, renewal("first")) == "invalid_grant"


def test_a_refresh_token_that_stays_serves_always(tmp_path: Path) -> None:
    tokens, _ = server(tmp_path, replace(RULES, rotates=False))
    assert [tokens.issue(renewal("first")).refresh_token for _ in range(2)] == ["first"] * 2


def test_a_token_that_is_expired_on_demand_opens_nothing(tmp_path: Path) -> None:
    tokens, _ = server(tmp_path)
    token = tokens.issue(ALONE).access_token
    assert tokens.expire(token)
    assert not tokens.expire("guess")
    with pytest.raises(InvalidToken):
        tokens.find(token)
