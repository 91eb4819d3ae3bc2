"""Signing in: one refresh for all who wait, none before its time, and secrets that rotate."""

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from connectors.common import (
    Basic,
    ClientCredentials,
    OAuthRefresh,
    Secret,
    StaticBearer,
    TokenEndpoint,
    secret,
)
from ports.failures import Misconfigured, Throttled, Unreachable
from tests.connectors.common.conftest import HANG, Wire, answer


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Vault:
    """A place where a person keeps a secret and changes it."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __call__(self) -> str:
        return self.value


def token(name: str, **more: object) -> bytes:
    return answer(200, {"access_token": name, "expires_in": 100, "token_type": "bearer", **more})


def endpoint(wire: Wire, *, as_json: bool = False) -> TokenEndpoint:
    return TokenEndpoint(wire.api(), "/token", "cashward", Vault("s3cret"), as_json=as_json)


def refreshing(wire: Wire, kept: Secret, clock: Clock, *, as_json: bool = False) -> OAuthRefresh:
    return OAuthRefresh(endpoint(wire, as_json=as_json), kept, clock=clock)


# -------------------------------------------------------------------- static keys


async def test_a_static_key_goes_with_every_call(wire: Wire) -> None:
    wire.will(answer(200), answer(200))
    await wire.api(StaticBearer("vendor", Vault("key"))).get("/things")
    await wire.api(Basic("vendor", "eva@hronske.example", Vault("key"))).get("/things")
    sent = [asked.headers["authorization"] for asked in wire.asked]
    assert sent == ["Bearer key", "Basic ZXZhQGhyb25za2UuZXhhbXBsZTprZXk="]


async def test_a_refused_key_is_read_anew_and_tried_once(wire: Wire) -> None:
    vault = Vault("old")
    api = wire.api(StaticBearer("vendor", vault))
    wire.will(answer(200), answer(401), answer(200))
    await api.get("/things")
    vault.value = "new"
    await api.post("/things", body={"n": 1})
    assert [asked.headers["authorization"][7:] for asked in wire.asked] == ["old", "old", "new"]
    assert wire.asked[1].body == wire.asked[2].body


async def test_a_refused_key_that_nobody_changed_is_not_tried_again(wire: Wire) -> None:
    wire.will(answer(401))
    with pytest.raises(Misconfigured):
        await wire.api(StaticBearer("vendor", Vault("old"))).post("/things", body={})
    assert len(wire.asked) == 1


async def test_at_a_token_endpoint_there_is_no_other_key_to_try(wire: Wire) -> None:
    wire.will(answer(401))
    with pytest.raises(Misconfigured):
        await wire.api().post("/token", form={}, reads=True)
    assert len(wire.asked) == 1


async def test_two_refused_keys_are_for_a_person_to_mend(wire: Wire) -> None:
    vault = Vault("old")
    api = wire.api(StaticBearer("vendor", vault))
    wire.will(answer(200), answer(401), answer(401))
    await api.get("/things")
    vault.value = "new"
    with pytest.raises(Misconfigured):
        await api.get("/things")


async def test_a_secret_file_that_is_not_there_is_for_a_person_to_mend(
    wire: Wire, tmp_path: Path
) -> None:
    missing = secret(None, tmp_path / "nowhere")
    assert missing
    with pytest.raises(Misconfigured, match="nowhere"):
        await wire.api(StaticBearer("vendor", missing)).get("/things")


def test_a_secret_is_in_the_settings_or_in_a_file_and_the_file_is_read_anew(
    tmp_path: Path,
) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    kept = secret(None, file)
    assert kept
    assert kept() == "first"
    file.write_text("second\n")
    assert kept() == "second"
    given = secret(SecretStr("plain"), None)
    assert given
    assert given() == "plain"
    assert secret(None, None) is None
    with pytest.raises(ValueError, match="twice"):
        secret(SecretStr("plain"), file)


# -------------------------------------------------------------------------- OAuth


async def test_all_who_wait_share_one_token(wire: Wire) -> None:
    api = wire.api(refreshing(wire, Vault("r1"), Clock()))
    wire.will(token("a"), *[answer(200)] * 5)
    await asyncio.gather(*(api.get("/things") for _ in range(5)))
    assert [asked.target for asked in wire.asked].count("/token") == 1
    assert {asked.headers.get("authorization") for asked in wire.asked[1:]} == {"Bearer a"}


async def test_a_token_is_renewed_at_four_fifths_of_its_life(wire: Wire) -> None:
    clock = Clock()
    auth = refreshing(wire, Vault("r1"), clock)
    wire.will(token("a"), token("b"))
    assert await auth.headers() == {"Authorization": "Bearer a"}
    clock.now += 79
    assert await auth.headers() == {"Authorization": "Bearer a"}
    clock.now += 1
    assert await auth.headers() == {"Authorization": "Bearer b"}


async def test_an_expired_token_is_refreshed_once_for_all_who_met_it(wire: Wire) -> None:
    auth = refreshing(wire, Vault("r1"), Clock())
    wire.will(token("a"), token("b"))
    await auth.headers()
    assert all(await asyncio.gather(*(auth.refresh("Bearer a") for _ in range(5))))
    assert await auth.headers() == {"Authorization": "Bearer b"}
    assert len(wire.asked) == 2


async def test_a_rotated_refresh_token_is_kept(wire: Wire) -> None:
    auth = refreshing(wire, Vault("r1"), Clock())
    wire.will(token("a", refresh_token="r2"), token("b", refresh_token="r3"))
    await auth.headers()
    await auth.refresh("Bearer a")
    used = [parse_qs(asked.body.decode())["refresh_token"] for asked in wire.asked]
    assert used == [["r1"], ["r2"]]


async def test_a_refused_rotated_token_gives_way_to_the_one_a_person_put_there(
    wire: Wire,
) -> None:
    vault = Vault("r1")
    auth = refreshing(wire, vault, Clock(), as_json=True)
    wire.will(token("a", refresh_token="r2"), answer(403, {"error": "no"}), token("b"))
    await auth.headers()
    vault.value = "anew"
    await auth.refresh("Bearer a")
    assert b'"refresh_token":"anew"' in wire.asked[-1].body
    assert await auth.headers() == {"Authorization": "Bearer b"}


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_refused_credentials_are_for_a_person_to_mend(wire: Wire, status: int) -> None:
    api = wire.api(refreshing(wire, Vault("r1"), Clock()))
    wire.will(answer(status, {"error": "invalid_grant"}))
    with pytest.raises(Misconfigured, match="invalid_grant"):
        await api.post("/things", body={})
    assert len(wire.asked) == 1


async def test_a_change_that_could_not_sign_in_never_happened(wire: Wire) -> None:
    api = wire.api(refreshing(wire, Vault("r1"), Clock()))
    wire.will(answer(500), answer(429, "", Retry_After="2"), answer(200, "<html>"))
    for failure in (Unreachable, Throttled, Unreachable):
        with pytest.raises(failure):
            await api.post("/things", body={})


async def test_signing_in_takes_no_longer_than_the_call_may(wire: Wire) -> None:
    api = wire.api(refreshing(wire, Vault("r1"), Clock()), timeout=0.1)
    wire.will(HANG)
    with pytest.raises(Unreachable, match="no time"):
        await api.post("/things", body={})


async def test_client_credentials_go_in_a_header_and_the_scope_in_the_form(wire: Wire) -> None:
    auth = ClientCredentials(endpoint(wire), "read write")
    wire.will(token("a"))
    assert await auth.headers() == {"Authorization": "Bearer a"}
    assert wire.asked[0].headers["authorization"] == "Basic Y2FzaHdhcmQ6czNjcmV0"
    assert wire.asked[0].body == b"grant_type=client_credentials&scope=read+write"


async def test_client_credentials_go_in_the_body_where_it_is_json(wire: Wire) -> None:
    auth = ClientCredentials(endpoint(wire, as_json=True))
    wire.will(token("a"))
    await auth.headers()
    assert "authorization" not in wire.asked[0].headers
    assert json.loads(wire.asked[0].body) == {
        "grant_type": "client_credentials",
        "client_id": "cashward",
        "client_secret": "s3cret",
    }
