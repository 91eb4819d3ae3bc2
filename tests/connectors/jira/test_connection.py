"""Sign-in by token and by OAuth, and how a wrong token is recognised."""

from pathlib import Path
from typing import Any

import pytest

from connectors.common import Roles
from connectors.jira import JiraSettings, connector
from connectors.jira.pm import JiraPm
from domain.ids import ExternalId
from ports.failures import Absent, Misconfigured, Uncertain
from tests.contracts.jira import REST, TOKEN, JiraHarness, settings
from tests.contracts.pm_harness import DEAL, NOWHERE, opened, plan, planned, ticket
from tests.references import OURS

CLOUD = "1324a887-45db-1bf4-1e99-ef0ff456d421"
READ_BACK = ("POST /project", "POST /version", "POST /issue/bulk")


def pm_of(roles: Roles) -> JiraPm:
    assert isinstance(roles.pm, JiraPm)
    return roles.pm


def by_oauth(jira: JiraHarness, **changes: Any) -> dict[str, Any]:
    app = {"client_id": "cashward-jira", "client_secret": "jira-demo-secret"}
    gateway = {"url": f"{jira.url}/ex/jira/{CLOUD}", "app_url": jira.url, "auth_url": jira.url}
    return {"email": "", "token": None, **app, **gateway, **changes}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"email": "cashward@lowfold.example"},
        {"token": TOKEN},
        {"email": "a@b.example", "token": TOKEN, "client_id": "c", "client_secret": "s"},
    ],
)
def test_one_way_in_is_needed_and_only_one(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="email and token, or else"):
        JiraSettings.model_validate({"url": "https://acme.atlassian.net", **given})


def test_a_gateway_needs_the_address_that_people_open() -> None:
    with pytest.raises(ValueError, match="set app_url"):
        settings(f"https://api.atlassian.com/ex/jira/{CLOUD}")


def test_a_token_does_not_show() -> None:
    assert TOKEN not in repr(settings("https://acme.atlassian.net"))
    assert connector.name == "jira"


async def test_a_wrong_token_is_never_read_as_a_project_that_is_gone(jira: JiraHarness) -> None:
    made = await jira.pm.open_project.do(plan().opening(), ticket())
    async with jira.opened(token="wrong") as roles:
        with pytest.raises(Misconfigured, match="give Cashward a new one"):
            await pm_of(roles).open_project.undo(plan().opening(), made)
    assert await jira.pm.open_project.find(plan().opening())


async def test_a_token_in_a_file_is_read_anew_when_it_is_refused(
    jira: JiraHarness, tmp_path: Path
) -> None:
    project = await opened(jira)
    await planned(jira, project)
    file = tmp_path / "token"
    file.write_text("old and wrong")
    async with jira.opened(token=None, token_file=file) as roles:
        with pytest.raises(Misconfigured):
            await pm_of(roles).read_milestones(DEAL, project)
        file.write_text(f"{TOKEN}\n")
        assert len(await pm_of(roles).read_milestones(DEAL, project)) == 2


async def test_a_whole_kickoff_goes_through_the_gateway(jira: JiraHarness) -> None:
    full = plan(people=("acc-consultant",))
    async with jira.opened(**by_oauth(jira)) as roles:
        pm = pm_of(roles)
        made = await pm.open_project.do(full.opening(), ticket())
        await pm.write_charter.do(full.charter(made.id), ticket())
        versions = (await pm.plan_milestones.do(full.milestone_plan(made.id), ticket())).parts
        await pm.plan_work.do(full.work(made.id, dict(versions)), ticket())
        await pm.staff_project.do(full.staffing(made.id), ticket())
    assert made.url == f"{jira.url}/browse/{made.parts['key']}"
    assert len(await jira.issues(made.id)) == 6
    assert await jira.pm.open_project.find(full.opening()) == (made,)


async def test_a_kickoff_takes_few_calls(jira: JiraHarness) -> None:
    full = plan(people=("acc-consultant",))
    project = await opened(jira)
    await jira.pm.write_charter.do(full.charter(project), ticket())
    versions = await planned(jira, project)
    await jira.pm.plan_work.do(full.work(project, versions), ticket())
    await jira.pm.staff_project.do(full.staffing(project), ticket())
    assert await jira.calls() == [
        *("GET /myself", "POST /project"),
        *("PUT /project/{project}", "PUT /project/{project}/properties/{property}"),
        *("POST /version", "POST /version"),
        *("GET /project/{project}", "POST /issue/bulk", "POST /issue/bulk"),
        *("GET /project/{project}/role", "POST /project/{project}/role/{role}"),
    ]


async def test_an_expired_token_is_renewed_without_a_word(jira: JiraHarness) -> None:
    project = await opened(jira)
    await jira.spoil({"operation": "GET */versions", "kind": "expired_token"})
    async with jira.opened(**by_oauth(jira)) as roles:
        assert not await pm_of(roles).read_milestones(DEAL, project)
    assert (await jira.calls()).count("POST /oauth/token") == 2


async def test_a_wrong_client_is_for_a_person_to_mend(jira: JiraHarness) -> None:
    async with jira.opened(**by_oauth(jira, client_secret="wrong")) as roles:
        with pytest.raises(Misconfigured, match="401"):
            await pm_of(roles).probe()


async def test_a_success_that_was_meant_for_a_stranger_is_none(jira: JiraHarness) -> None:
    project = await opened(jira)
    decorate = jira.sandbox.apps["jira"].vendor.decorate

    def denied(call: Any, answer: Any) -> None:
        decorate(call, answer)
        answer.headers["X-Seraph-LoginReason"] = "AUTHENTICATION_DENIED"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jira.sandbox.apps["jira"].vendor, "decorate", denied)
        with pytest.raises(Misconfigured, match="in a browser"):
            await jira.pm.read_milestones(DEAL, project)


async def test_a_probe_names_what_an_administrator_must_still_grant(jira: JiraHarness) -> None:
    await opened(jira)
    account = {"email": "consultant@lowfold.example", "token": "jira-consultant-token"}
    async with jira.opened(**account) as roles:
        probe = await pm_of(roles).probe()
    assert probe.identity == "acc-consultant"
    assert any("administer Jira" in way_out for way_out in probe.problems)


async def test_no_right_to_create_projects_is_for_a_person_to_grant(jira: JiraHarness) -> None:
    account = {"email": "consultant@lowfold.example", "token": "jira-consultant-token"}
    async with jira.opened(**account) as roles:
        with pytest.raises(Misconfigured):
            await pm_of(roles).open_project.do(plan().opening(), ticket())


async def test_refusals_are_recognised_in_any_language(jira: JiraHarness) -> None:
    jira.sandbox.apps["jira"].vendor.options = {"language": "sk_SK"}
    made = await jira.pm.open_project.do(plan().opening(), ticket())
    assert await jira.pm.open_project.do(plan().opening(), ticket(2)) == made
    with pytest.raises(Absent):
        await jira.pm.read_milestones(DEAL, NOWHERE)


@pytest.mark.parametrize("fault", ["lost_reply", "error_after", "malformed"])
@pytest.mark.parametrize(
    "operation",
    [
        *READ_BACK,
        "PUT /project/{project}/properties/{property}",
        "PUT /project/{project}",
        "POST /project/{project}/role/{role}",
    ],
)
async def test_each_changing_call_that_is_lost_is_mended_by_the_next_attempt(
    jira: JiraHarness, operation: str, fault: str
) -> None:
    verb, _, path = operation.partition(" ")
    await jira.spoil({"operation": f"{verb} {REST}{path}", "kind": fault})
    is_noticed = fault != "malformed" or operation in READ_BACK
    assert bool(await _kickoff(jira)) is is_noticed
    (project,) = await jira.pm.open_project.find(plan().opening())
    assert len(await jira.versions(project.id)) == 2
    subjects = [i["properties"]["cashward"]["reference"] for i in await jira.issues(project.id)]
    assert sorted(subjects) == [
        OURS.of(f"{DEAL}:{key}") for key in ("part-1", "part-2", "w.1", "w.2", "w.3", "w.4")
    ]


async def _kickoff(jira: JiraHarness) -> list[str]:
    """Do all of kickoff, each change until its answer comes; return why some were lost."""
    pm, full = jira.pm, plan(people=("acc-consultant", "acc-designer"))
    lost: list[str] = []

    async def once(change: Any, command: Any, attempt: int = 1) -> Any:
        found = await change.find(command) if attempt > 1 else ()
        try:
            return found[0] if found else await change.do(command, ticket(attempt))
        except Uncertain as failed:
            lost.append(failed.reason)
            assert attempt < 5
            return await once(change, command, attempt + 1)

    project: ExternalId = (await once(pm.open_project, full.opening())).id
    await once(pm.write_charter, full.charter(project))
    versions = (await once(pm.plan_milestones, full.milestone_plan(project))).parts
    await once(pm.plan_work, full.work(project, versions))
    await once(pm.staff_project, full.staffing(project))
    return lost
