"""Refusals that Redmine reports as success, or not at all."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from cli.doctor import look
from domain.ids import DealId, ExternalId
from ports.failures import Misconfigured, Unreachable
from testbed.systems.common.exchange import Request
from testbed.systems.common.proxy import Fault
from tests.connectors.redmine.sql import ask
from tests.contracts.pm_harness import DEAL, opened, plan, planned, ticket
from tests.contracts.redmine import RedmineHarness
from tests.contracts.test_time import knowing

pytestmark = pytest.mark.real
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
LET_STRANGERS_IN = (
    "UPDATE settings SET value = '0', updated_on = updated_on + interval '1 hour'"
    " WHERE name = 'login_required'"
)
MUCH_TIME = (
    "INSERT INTO time_entries (project_id, user_id, author_id, activity_id, hours, spent_on,"
    " tyear, tmonth, tweek, created_on, updated_on) SELECT %s, 8, 8, 9, 0.25,"
    " date '2026-12-07', 2026, 12, 50, now(), now() FROM generate_series(1, 150)"
)


def straight(redmine: RedmineHarness, method: str, path: str, body: Mapping[str, Any]) -> None:
    """Make a person's change in the middle of ours, before the proxy passes the next request on."""
    key = {"X-Redmine-API-Key": redmine.system.place.credentials["delivery_key"]}
    url = f"{redmine.system.place.url}{path}.json"
    httpx.request(method, url, json=body, headers=key, trust_env=False).raise_for_status()


async def test_a_wrong_key_is_not_absence_even_where_strangers_may_look(
    redmine: RedmineHarness,
) -> None:
    await opened(redmine)
    await ask(redmine, LET_STRANGERS_IN)
    stranger = httpx.AsyncClient(base_url=redmine.system.place.url, trust_env=False)
    async with stranger:
        assert (await stranger.get("/projects.json")).json()["projects"] == []
    async with redmine.opened() as roles, redmine.opened(key="wrong") as strange:
        assert roles.pm
        assert strange.pm
        assert await roles.pm.open_project.find(plan().opening())
        with pytest.raises(Misconfigured, match="new key on its page My account"):
            await strange.pm.open_project.find(plan().opening())


async def test_a_wrong_key_is_an_answer_to_the_doctor(redmine: RedmineHarness) -> None:
    async with redmine.opened(key="wrong") as roles:
        assert roles.pm
        finding = await look("pm (redmine)", roles.pm.probe)
    assert (finding.is_well, finding.what) == (False, "set up wrongly")
    assert "make a new key" in finding.mend


async def test_a_redmine_that_is_down_gives_the_doctor_no_answer(redmine: RedmineHarness) -> None:
    async with redmine.opened(url="http://127.0.0.1:9") as roles:
        assert roles.pm
        assert (await look("pm (redmine)", roles.pm.probe)).what == "no answer"


async def test_a_project_without_our_tracker_gets_no_work_of_another(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    work = plan().work(project, await planned(redmine, project))
    await redmine.write("PUT", f"/projects/{project}", {"project": {"tracker_ids": [1]}})
    with pytest.raises(Misconfigured, match="have the tracker 'Task'"):
        await redmine.pm.plan_work.do(work, ticket())
    assert await ask(redmine, "SELECT count(*) FROM issues") == [(0,)]


async def test_a_probe_names_all_that_a_person_must_make(redmine: RedmineHarness) -> None:
    names = {"key_field": "our_key", "billing_field": "our_state", "tracker": "Work package"}
    async with redmine.opened(**names, team_role="Crew") as roles:
        assert roles.pm
        problems = (await roles.pm.probe()).problems
        with pytest.raises(Misconfigured, match="make a text field 'our_key' for project"):
            await roles.pm.open_project.do(plan().opening(), ticket())
    for words in ("role 'Crew'", "tracker 'Work package'", "'our_key' for issue", "'our_state'"):
        assert any(words in each for each in problems), problems
    assert len(problems) == 6


async def test_an_account_that_may_not_administer_is_a_problem(redmine: RedmineHarness) -> None:
    async with redmine.opened(key=redmine.system.place.credentials["lead_key"]) as roles:
        assert roles.pm
        (problems,) = (await roles.pm.probe()).problems
        assert "administer" in problems
        with pytest.raises(Misconfigured):
            await roles.pm.open_project.find(plan().opening())


async def test_a_list_that_loses_a_row_while_it_is_read_is_not_half_returned(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    await ask(redmine, MUCH_TIME, int(project))
    assert len((await redmine.pm.time_since(SINCE, knowing())).entries) == 150
    ((first,),) = await ask(redmine, "SELECT min(id) FROM time_entries")

    def lose_one(request: Request) -> Fault | None:
        if "offset=99" in request.path:
            straight(redmine, "DELETE", f"/time_entries/{first}", {})
        return None

    redmine.proxy.decide = lose_one
    with pytest.raises(Unreachable, match="changed while it was read"):
        await redmine.pm.time_since(SINCE, knowing())
    redmine.proxy.heal()
    assert len((await redmine.pm.time_since(SINCE, knowing())).entries) == 149


async def test_a_panel_is_not_written_over_what_came_after_we_read_it(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    await redmine.pm.write_charter.do(plan().charter(project), ticket())
    page = f"/projects/{project}/wiki/Customer_panel"

    def write_first(request: Request) -> Fault | None:
        if request.method == "PUT":
            straight(redmine, "PUT", page, {"wiki_page": {"text": "Theirs"}})
        return None

    redmine.proxy.decide = write_first
    other = plan().model_copy(update={"scope": "Another scope."}).charter(project)
    with pytest.raises(Unreachable, match="at the same time"):
        await redmine.pm.write_charter.do(other, ticket(2))
    redmine.proxy.heal()
    assert (await redmine.read(page))["wiki_page"]["text"] == "Theirs"


async def test_time_is_approved_by_its_billing_state_and_counts_for_the_package_above(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    work = plan().work(project, await planned(redmine, project))
    made = await redmine.pm.plan_work.do(work, ticket())
    parent = {"project_id": project, "subject": "Theirs", "parent_issue_id": made.parts["w.3"]}
    below = (await redmine.write("POST", "/issues", {"issue": parent}))["issue"]["id"]
    loose = {"project_id": project, "subject": "Loose"}
    other = (await redmine.write("POST", "/issues", {"issue": loose}))["issue"]["id"]
    for issue, state in ((below, "approved"), (other, "new"), (made.parts["w.1"], "invoiced")):
        await book(redmine, issue, state)
    entries = (await redmine.pm.time_since(SINCE, knowing())).entries
    found = [(each.work, each.is_approved) for each in entries]
    assert found == [(f"{DEAL}:w.3", True), ("", False), (f"{DEAL}:w.1", True)]
    assert {each.minutes for each in entries} == {6}


async def test_a_read_of_time_costs_calls_by_entries_and_not_by_projects(
    redmine: RedmineHarness,
) -> None:
    projects = [await opened(redmine, DealId(f"hubspot:{number}")) for number in range(3)]
    for project in projects:
        await ask(redmine, MUCH_TIME, int(project))
    await redmine.pm.time_since(SINCE, knowing())  # reads the ids of fields, once an hour
    calls: list[str] = []

    def count(request: Request) -> Fault | None:
        calls.append(request.path.partition("?")[0])
        return None

    redmine.proxy.decide = count
    assert len((await redmine.pm.time_since(SINCE, knowing())).entries) == 450
    assert calls == 5 * ["/time_entries.json"]


async def test_time_that_is_approved_later_is_read_though_redmine_does_not_date_that(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    work = plan().work(project, await planned(redmine, project))
    made = await redmine.pm.plan_work.do(work, ticket())
    await book(redmine, made.parts["w.1"], "new")
    await book(redmine, made.parts["w.2"], "new")
    first, second = (each.id for each in (await redmine.pm.time_since(SINCE, knowing())).entries)
    state = {"custom_fields": [{"id": 4, "value": "approved"}]}
    await redmine.write("PUT", f"/time_entries/{first}", {"time_entry": state})
    later = datetime.now(UTC) + timedelta(minutes=1)
    found = await redmine.pm.time_since(later, knowing(first, second))
    assert [(each.id, each.is_approved) for each in found.entries] == [(first, True)]


async def test_time_of_an_archived_project_is_hidden_and_not_deleted(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    work = plan().work(project, await planned(redmine, project))
    made = await redmine.pm.plan_work.do(work, ticket())
    await book(redmine, made.parts["w.1"], "new")
    ((entry,),) = await ask(redmine, "SELECT id FROM time_entries")
    await redmine.write("PUT", f"/projects/{project}/archive")
    found = await redmine.pm.time_since(SINCE, knowing(ExternalId(str(entry))))
    assert (found.entries, found.deleted) == ((), ())


async def test_time_that_moves_out_of_the_window_is_read_and_not_deleted(
    redmine: RedmineHarness,
) -> None:
    project = await opened(redmine)
    work = plan().work(project, await planned(redmine, project))
    made = await redmine.pm.plan_work.do(work, ticket())
    await book(redmine, made.parts["w.1"], "new")
    ((entry,),) = await ask(redmine, "SELECT id FROM time_entries")
    day = {"spent_on": "2020-01-02"}
    await redmine.write("PUT", f"/time_entries/{entry}", {"time_entry": day})
    found = await redmine.pm.time_since(SINCE, knowing(ExternalId(str(entry))))
    assert [(each.day, each.minutes) for each in found.entries] == [(date(2020, 1, 2), 6)]
    assert found.deleted == ()


async def book(redmine: RedmineHarness, issue: ExternalId | int, state: str) -> None:
    entry = {
        "issue_id": issue,
        "hours": "0.1",
        "activity_id": 9,
        "spent_on": str(date(2026, 12, 8)),
        "custom_fields": [{"id": 4, "value": state}],
    }
    await redmine.write("POST", "/time_entries", {"time_entry": entry})
