"""Issues: refused field by field, made with their properties, changed with a trace."""

from typing import Any

import pytest

from tests.testbed.vendors.jira.conftest import Site, paragraph, row


@pytest.fixture(autouse=True)
async def project(site: Site) -> dict[str, Any]:
    return await site.project()


async def test_properties_are_kept_in_the_same_call(site: Site) -> None:
    mark = {"key": "cashward", "value": {"subject": "hubspot:1042:w7"}}
    made = await site.issue(properties=[mark])
    read = (
        await site.http("GET", f"/issue/{made['key']}?properties=cashward&fields=summary")
    ).json()
    assert read["properties"] == {"cashward": {"subject": "hubspot:1042:w7"}}
    assert read["fields"] == {"summary": "Data migration"}


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("summary", "two\nlines", "summary"),
        ("summary", "x" * 256, "summary"),
        ("description", "plain text", "description"),
        ("labels", ["two words"], "labels"),
        ("duedate", "31.01.2027", "duedate"),
        ("fixVersions", [{"id": "1"}], "fixVersions"),
        ("assignee", {"accountId": "nobody"}, "assignee"),
        ("customfield_10999", 1, "customfield_10999"),
        ("status", {"name": "Done"}, "status"),
        ("parent", {"key": "ACM7-99"}, "parent"),
    ],
)
async def test_a_refusal_names_the_field(site: Site, field: str, value: Any, name: str) -> None:
    body = row("Fine")
    body["fields"][field] = value
    answer = await site.http("POST", "/issue", body)
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {name})
    assert site.count("issues") == 0


async def test_a_hierarchy_has_no_missing_and_no_wrong_steps(site: Site) -> None:
    epic = await site.issue("Rollout", kind="Epic")
    story = await site.issue("Story", parent={"key": epic["key"]})
    sub = await site.issue("Part", kind="Sub-task", parent={"id": story["id"]})
    for body in (
        row("Too high", kind="Sub-task", parent={"key": epic["key"]}),
        row("Alone", kind="Sub-task"),
    ):
        assert (await site.http("POST", "/issue", body)).status_code == 400
    read = (await site.http("GET", f"/issue/{story['key']}?fields=parent,subtasks")).json()
    assert read["fields"]["parent"]["key"] == epic["key"]
    assert [one["key"] for one in read["fields"]["subtasks"]] == [sub["key"]]
    assert (await site.http("DELETE", f"/issue/{story['key']}")).status_code == 400
    gone = await site.http("DELETE", f"/issue/{story['key']}?deleteSubtasks=true")
    assert gone.status_code == 204
    assert site.count("issues") == 1


async def test_a_batch_makes_what_passes_and_lists_what_does_not(site: Site) -> None:
    rows = [row("One"), row(""), row("Three")]
    answer = await site.http("POST", "/issue/bulk", {"issueUpdates": rows})
    assert answer.status_code == 201
    assert [one["key"] for one in answer.json()["issues"]] == ["ACM7-1", "ACM7-2"]
    assert [one["failedElementNumber"] for one in answer.json()["errors"]] == [1]
    none = await site.http("POST", "/issue/bulk", {"issueUpdates": [row("")]})
    assert (none.status_code, none.json()["issues"]) == (400, [])
    many = await site.http("POST", "/issue/bulk", {"issueUpdates": [row("x")] * 51})
    assert many.status_code == 400
    assert site.count("issues") == 2


async def test_reading_many_tells_which_are_missing(site: Site) -> None:
    made = await site.issue()
    body = {"issueIdsOrKeys": ["acm7-1", "ACM7-9"], "fields": ["summary"]}
    answer = (await site.http("POST", "/issue/bulkfetch", body)).json()
    assert [one["id"] for one in answer["issues"]] == [made["id"]]
    assert [one["id"] for one in answer["issueErrors"]] == ["ACM7-9"]


async def test_adding_a_label_keeps_those_of_others(site: Site) -> None:
    await site.issue(labels=["theirs"])
    change = {"update": {"labels": [{"add": "cw-1"}]}}
    for _ in range(2):
        assert (await site.http("PUT", "/issue/ACM7-1", change)).status_code == 204
    read = (await site.http("GET", "/issue/ACM7-1")).json()["fields"]
    assert read["labels"] == ["theirs", "cw-1"]
    both = change | {"fields": {"labels": []}}
    assert set((await site.http("PUT", "/issue/ACM7-1", both)).json()["errors"]) == {"labels"}
    entries = (await site.http("GET", "/issue/ACM7-1/changelog")).json()["values"]
    assert [[item["field"] for item in entry["items"]] for entry in entries] == [["labels"]]


async def test_a_transition_repeated_writes_history_again(site: Site) -> None:
    await site.issue()
    offered = (await site.http("GET", "/issue/ACM7-1/transitions")).json()["transitions"]
    done = next(one for one in offered if one["to"]["statusCategory"]["key"] == "done")
    for _ in range(2):
        move = {"transition": {"id": done["id"]}}
        assert (await site.http("POST", "/issue/ACM7-1/transitions", move)).status_code == 204
    entries = (await site.http("GET", "/issue/ACM7-1/changelog")).json()["values"]
    told = [item["toString"] for e in entries for item in e["items"] if item["field"] == "status"]
    assert told == ["Done", "Done"]
    wrong = await site.http("POST", "/issue/ACM7-1/transitions", {"transition": {"id": "99"}})
    assert wrong.status_code == 400


async def test_a_remote_link_is_one_for_each_global_id(site: Site) -> None:
    await site.issue()
    link = {"globalId": "cw:deal:1", "object": {"url": "https://crm.example/1", "title": "Deal"}}
    first = await site.http("POST", "/issue/ACM7-1/remotelink", link | {"relationship": "contract"})
    second = await site.http("POST", "/issue/ACM7-1/remotelink", link)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    read = await site.http("GET", "/issue/ACM7-1/remotelink", params={"globalId": "cw:deal:1"})
    assert "relationship" not in read.json()
    bare = await site.http("POST", "/issue/ACM7-1/remotelink", {"object": {"url": "https://x"}})
    assert set(bare.json()["errors"]) == {"title"}


async def test_an_issue_link_made_twice_is_one(site: Site) -> None:
    await site.issue("First")
    await site.issue("Second")
    link = {
        "type": {"name": "Blocks"},
        "inwardIssue": {"key": "ACM7-1"},
        "outwardIssue": {"key": "ACM7-2"},
    }
    for _ in range(2):
        answer = await site.http("POST", "/issueLink", link)
        assert (answer.status_code, answer.content) == (201, b"")
    assert site.count("issuelinks") == 1


async def test_a_comment_is_a_document_with_its_property(site: Site) -> None:
    await site.issue()
    mark = [{"key": "cashward", "value": {"subject": "note"}}]
    body = {"body": paragraph("Started"), "properties": mark}
    await site.made("/issue/ACM7-1/comment", body)
    listed = (await site.http("GET", "/issue/ACM7-1/comment?expand=properties")).json()
    assert [one["properties"] for one in listed["comments"]] == [mark]
    plain = await site.http("POST", "/issue/ACM7-1/comment", {"body": "Started"})
    assert plain.status_code == 400


async def test_times_come_in_the_zone_of_the_reader(site: Site) -> None:
    await site.issue()
    ours = (await site.http("GET", "/issue/ACM7-1?fields=created")).json()["fields"]["created"]
    assert ours[-5:] in {"+0100", "+0200"}


async def test_a_body_that_is_none_is_refused_in_so_many_words(site: Site) -> None:
    headers = {"Content-Type": "application/json"}
    broken = await site.http("POST", "/issue", content=b"{", headers=headers)
    empty = await site.http("POST", "/issue", headers=headers)
    form = await site.http("POST", "/issue", data={"a": "b"})
    assert "error parsing JSON" in broken.json()["errorMessages"][0]
    assert "No content to map" in empty.json()["errorMessages"][0]
    assert form.status_code == 415
    assert form.headers["content-type"] == "application/problem+json"
