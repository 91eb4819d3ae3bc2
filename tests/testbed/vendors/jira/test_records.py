"""Records: unique keys and names, refused fields, the trash, a restart, faults by business key."""

import asyncio
import contextlib
from typing import Any

import httpx
import pytest

from tests.testbed.vendors.jira.conftest import Open, Site, issue, project


async def test_two_simultaneous_creates_make_one_project(site: Site) -> None:
    both = [site.ask("POST", "/project", project()) for _ in range(2)]
    answers = sorted(await asyncio.gather(*both), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [201, 400]
    assert answers[1].json()["errors"] == {
        "projectName": "A project with that name already exists.",
        "projectKey": "Project 'Project ACM7' uses this project key.",
    }
    assert site.count("projects") == 1


async def test_only_the_answer_to_create_has_a_number_as_project_id(site: Site) -> None:
    made = await site.make_project()
    read = (await site.ask("GET", "/project/ACM7")).json()
    assert (type(made["id"]), read["id"]) == (int, str(made["id"]))
    assert (await site.ask("GET", "/project/acm7")).status_code == 404


async def test_a_deleted_project_keeps_its_key_and_its_name(site: Site) -> None:
    await site.make_project()
    assert (await site.ask("DELETE", "/project/ACM7")).status_code == 204
    assert (await site.ask("DELETE", "/project/ACM7")).status_code == 404
    assert (await site.ask("GET", "/project/ACM7")).status_code == 404
    again = await site.ask("POST", "/project", project())
    assert set(again.json()["errors"]) == {"projectKey", "projectName"}


@pytest.mark.parametrize("key", ["acm", "A", "7AB", "A-B", "ABCDEFGHIJK"])
async def test_an_invalid_project_key_is_refused(site: Site, key: str) -> None:
    answer = await site.ask("POST", "/project", project(key))
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"projectKey"})


async def test_a_project_property_is_made_and_then_replaced(site: Site) -> None:
    await site.make_project()
    path, value = "/project/ACM7/properties/cashward", {"deal": "hubspot:1042"}
    statuses = [(await site.ask("PUT", path, value)).status_code for _ in range(2)]
    assert statuses == [201, 200]
    assert (await site.ask("GET", path)).json() == {"key": "cashward", "value": value}
    with_it = (await site.ask("GET", "/project/ACM7?properties=cashward")).json()
    assert with_it["properties"] == {"cashward": value}
    statuses = [(await site.ask("DELETE", path)).status_code for _ in range(2)]
    assert statuses == [204, 404]


async def test_the_release_of_a_released_version_changes_nothing(site: Site) -> None:
    await site.make_project()
    version = await site.make("/version", {"name": "M1", "project": "ACM7"})
    taken = await site.ask("POST", "/version", {"name": "m1", "project": "ACM7"})
    assert set(taken.json()["errors"]) == {"name"}
    path = f"/version/{version['id']}"
    answers = [await site.ask("PUT", path, {"released": True}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert [line["committed"] for line in site.app.oplog.lines[-2:]] == [True, False]


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("summary", "two\nlines", "summary"),
        ("summary", "x" * 256, "summary"),
        ("description", "plain text", "description"),
        ("labels", ["two words"], "labels"),
        ("duedate", "31.01.2027", "duedate"),
        ("fixVersions", [{"id": "1"}], "fixVersions"),
        ("timetracking", {"originalEstimate": "soon"}, "timetracking_originalEstimate"),
        ("customfield_10999", 1, "customfield_10999"),
        ("status", {"name": "Done"}, "status"),
        ("parent", {"key": "ACM7-99"}, "parent"),
        ("parent", {"key": "ACM7-1"}, "parentId"),
    ],
)
async def test_a_refusal_names_the_field(site: Site, field: str, value: Any, name: str) -> None:
    await site.make_project()
    await site.make_issue()
    body = issue("Fine")
    body["fields"][field] = value
    answer = await site.ask("POST", "/issue", body)
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {name})
    assert site.count("issues") == 1


@pytest.mark.parametrize("started", ["2026-11-24T09:00:00.000Z", "2026-11-24", "soon"])
async def test_the_start_of_a_worklog_has_jiras_format(site: Site, started: str) -> None:
    await site.make_project()
    await site.make_issue()
    body = {"timeSpentSeconds": 3600, "started": started}
    assert (await site.ask("POST", "/issue/ACM7-1/worklog", body)).status_code == 400
    assert site.count("worklogs") == 0


async def test_records_and_counters_survive_a_restart(open_site: Open) -> None:
    async with open_site() as site:
        await site.make_project()
        first = await site.make_issue()
    async with open_site() as site:
        assert (await site.ask("GET", f"/issue/{first['key']}")).json()["id"] == first["id"]
        second = await site.make_issue()
        assert (second["key"], int(second["id"]) > int(first["id"])) == ("ACM7-2", True)


@pytest.mark.parametrize("kind", ["lost_reply", "error_after", "malformed"])
async def test_an_issue_is_made_although_its_answer_is_lost(site: Site, kind: str) -> None:
    await site.make_project()
    await site.fail(rules=[{"operation": "POST */issue", "key": "w7", "kind": kind}])
    with contextlib.suppress(httpx.RemoteProtocolError):
        await site.ask("POST", "/issue", issue("Data", subject="w7"))
    assert site.count("issues") == 1


@pytest.mark.parametrize(
    ("path", "body", "key"),
    [
        ("/project", project("BETA"), "BETA"),
        ("/version", {"name": "M1", "project": "ACM7"}, "M1"),
        ("/issue", issue("Data", subject="w7"), "w7"),
        ("/issue", issue("Data"), "Data"),
        ("/issue/bulk", {"issueUpdates": [issue("Data", subject="w7")]}, "w7"),
    ],
)
async def test_a_fault_finds_a_change_by_its_business_key(
    site: Site, path: str, body: object, key: str
) -> None:
    await site.make_project()
    await site.fail(rules=[{"operation": f"POST */3{path}", "key": key, "kind": "throttle"}])
    first = await site.ask("POST", path, body)
    assert (first.status_code, first.headers["retry-after"]) == (429, "1")
    assert first.headers["ratelimit-reason"] == "jira-burst-based"
    assert (await site.ask("POST", path, body)).status_code == 201


async def test_an_unknown_path_or_method_is_not_found(site: Site) -> None:
    assert (await site.ask("GET", "/nothing")).status_code == 404
    assert (await site.ask("PATCH", "/project/ACM7")).status_code == 404


async def test_the_language_of_the_caller_changes_sentences_and_no_keys(open_site: Open) -> None:
    async with open_site(language="sk_SK") as site:
        answer = await site.ask("POST", "/project", project("x"))
        assert set(answer.json()["errors"]) == {"projectKey"}
        assert "Project keys" not in answer.text
