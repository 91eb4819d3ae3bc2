"""Projects, their properties, roles and versions: what is unique stays so, what repeats is safe."""

import asyncio

import pytest

from tests.testbed.vendors.jira.conftest import KANBAN, Open, Site

BODY = {
    "key": "ACM7",
    "name": "Acme",
    "projectTypeKey": "software",
    "projectTemplateKey": KANBAN,
    "leadAccountId": "acc-pm",
}


async def test_two_simultaneous_creates_make_one_project(site: Site) -> None:
    both = [site.http("POST", "/project", BODY), site.http("POST", "/project", BODY)]
    answers = sorted(await asyncio.gather(*both), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [201, 400]
    assert answers[1].json()["errors"] == {
        "projectName": "A project with that name already exists.",
        "projectKey": "Project 'Acme' uses this project key.",
    }
    assert site.count("projects") == 1


async def test_the_id_is_a_number_once_and_a_string_ever_after(site: Site) -> None:
    made = await site.project()
    read = (await site.http("GET", "/project/ACM7")).json()
    assert (type(made["id"]), read["id"]) == (int, str(made["id"]))
    assert (await site.http("GET", "/project/acm7")).status_code == 404


async def test_the_trash_keeps_key_and_name_and_gives_them_back(site: Site) -> None:
    await site.project(name="Acme")
    assert (await site.http("DELETE", "/project/ACM7")).status_code == 204
    assert (await site.http("DELETE", "/project/ACM7")).status_code == 404
    assert (await site.http("GET", "/project/ACM7")).status_code == 404
    again = await site.http("POST", "/project", BODY)
    assert set(again.json()["errors"]) == {"projectKey", "projectName"}
    lost = (await site.http("GET", "/project/search?status=deleted&keys=ACM7")).json()
    assert [(one["key"], one["deleted"]) for one in lost["values"]] == [("ACM7", True)]
    assert (await site.http("POST", "/project/ACM7/restore")).status_code == 200
    assert (await site.http("GET", "/project/ACM7")).status_code == 200


async def test_an_end_for_good_frees_the_key(site: Site) -> None:
    await site.project()
    await site.issue()
    assert (await site.http("DELETE", "/project/ACM7?enableUndo=false")).status_code == 204
    assert site.count("issues") == 0
    assert await site.project()


async def test_an_archived_project_is_there_to_be_read_only(site: Site) -> None:
    await site.project()
    await site.issue()
    assert (await site.http("POST", "/project/ACM7/archive")).status_code == 204
    assert (await site.http("GET", "/project/ACM7")).json()["archived"] is True
    edit = await site.http("PUT", "/issue/ACM7-1", {"fields": {"summary": "No"}})
    assert edit.status_code == 400
    assert (await site.http("DELETE", "/project/ACM7")).status_code == 400
    assert (await site.http("GET", "/project/search")).json()["total"] == 0


async def test_archiving_needs_a_paid_plan(open_site: Open) -> None:
    async with open_site(site={"plan": "standard"}) as site:
        await site.project()
        assert (await site.http("POST", "/project/ACM7/archive")).status_code == 403


@pytest.mark.parametrize("key", ["acm", "A", "7AB", "A-B", "ABCDEFGHIJK"])
async def test_a_bad_key_is_refused_under_its_own_name(site: Site, key: str) -> None:
    answer = await site.http("POST", "/project", BODY | {"key": key})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"projectKey"})
    asked = (await site.http("GET", f"/projectvalidate/key?key={key}")).json()
    assert set(asked["errors"]) == {"projectKey"}


async def test_a_property_is_made_then_replaced(site: Site) -> None:
    await site.project()
    path, value = "/project/ACM7/properties/cashward", {"deal": "hubspot:1042"}
    assert (await site.http("PUT", path, value)).status_code == 201
    assert (await site.http("PUT", path, value | {"schema": 2})).status_code == 200
    read = await site.http("GET", path)
    assert read.json() == {"key": "cashward", "value": {"deal": "hubspot:1042", "schema": 2}}
    with_it = (await site.http("GET", "/project/ACM7?properties=cashward")).json()
    assert with_it["properties"]["cashward"]["schema"] == 2
    found = await site.http("GET", "/project/search?propertyQuery=[cashward].deal=hubspot:1042")
    assert [one["key"] for one in found.json()["values"]] == ["ACM7"]
    assert (await site.http("DELETE", path)).status_code == 204
    assert (await site.http("DELETE", path)).status_code == 404


async def test_a_version_is_unique_by_name_and_released_twice_without_harm(site: Site) -> None:
    project = await site.project()
    body = {"name": "M1", "projectId": project["id"], "releaseDate": "2027-01-31"}
    version = await site.made("/version", body)
    again = await site.http("POST", "/version", body)
    assert again.json()["errors"] == {
        "name": "A version with this name already exists in this project."
    }
    one = f"/version/{version['id']}"
    first = await site.http("PUT", one, {"released": True})
    lines = len(site.app.oplog.lines)
    second = await site.http("PUT", one, {"released": True})
    assert first.json() == second.json()
    assert [line["committed"] for line in site.app.oplog.lines[lines:]] == [False]
    paged = (await site.http("GET", "/project/ACM7/version?status=released")).json()
    assert [one["name"] for one in paged["values"]] == ["M1"]


async def test_a_version_counts_what_is_open_and_moves_it_when_it_goes(site: Site) -> None:
    await site.project()
    old = await site.made("/version", {"name": "M1", "project": "ACM7"})
    new = await site.made("/version", {"name": "M2", "project": "ACM7"})
    for summary in ("One", "Two"):
        await site.issue(summary, fixVersions=[{"id": old["id"]}])
    await site.http("POST", "/issue/ACM7-1/transitions", {"transition": {"id": "41"}})
    counts = (await site.http("GET", f"/version/{old['id']}/unresolvedIssueCount")).json()
    assert (counts["issuesCount"], counts["issuesUnresolvedCount"]) == (2, 1)
    swap = {"moveFixIssuesTo": int(new["id"])}
    gone = await site.http("POST", f"/version/{old['id']}/removeAndSwap", swap)
    assert gone.status_code == 204
    assert await site.keys(f"fixVersion = {new['id']} ORDER BY key") == ["ACM7-1", "ACM7-2"]
    assert (await site.http("GET", f"/version/{old['id']}")).status_code == 404


async def test_a_role_takes_each_person_once(site: Site) -> None:
    await site.project()
    path, team = "/project/ACM7/role/10101", {"user": ["acc-consultant"]}
    assert (await site.http("POST", path, team)).status_code == 200
    assert (await site.http("POST", path, team)).status_code == 400
    for _ in range(2):
        assert (await site.http("DELETE", f"{path}?user=acc-consultant")).status_code == 204
    wanted = {"categorisedActors": {"atlassian-user-role-actor": ["acc-pm", "acc-designer"]}}
    role = (await site.http("PUT", path, wanted)).json()
    assert [actor["actorUser"]["accountId"] for actor in role["actors"]] == [
        "acc-pm",
        "acc-designer",
    ]


async def test_sentences_change_with_the_language_and_keys_do_not(open_site: Open) -> None:
    async with open_site(language="sk_SK") as site:
        answer = await site.http("POST", "/project", BODY | {"key": "x"})
        assert set(answer.json()["errors"]) == {"projectKey"}
        assert "Project keys" not in answer.text


async def test_a_template_decides_types_and_screen(site: Site) -> None:
    team = "com.pyxis.greenhopper.jira:gh-simplified-agility-kanban"
    await site.project(projectTemplateKey=team)
    read = (await site.http("GET", "/project/ACM7")).json()
    assert (read["style"], read["simplified"]) == ("next-gen", True)
    kinds = {kind["name"]: kind["id"] for kind in read["issueTypes"]}
    assert "Subtask" in kinds
    meta = await site.http("GET", f"/issue/createmeta/ACM7/issuetypes/{kinds['Story']}")
    assert "timetracking" not in [field["fieldId"] for field in meta.json()["fields"]]
    row = {
        "project": {"key": "ACM7"},
        "issuetype": {"id": kinds["Story"]},
        "summary": "Estimate",
        "timetracking": {"originalEstimate": "60m"},
    }
    refused = await site.http("POST", "/issue", {"fields": row})
    assert set(refused.json()["errors"]) == {"timetracking"}
