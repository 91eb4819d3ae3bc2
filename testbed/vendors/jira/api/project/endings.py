"""Put projects away and bring them back: the trash, the archive, and the end for good."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal, views
from testbed.vendors.jira.core.routes import CONFIGURATION, PROJECT, Endpoint
from testbed.vendors.jira.core.site import ARCHIVED, LIVE, TRASHED
from testbed.vendors.jira.core.visit import Visit


def _put_away(visit: Visit, project: Doc, state: str) -> None:
    changed = {"state": state, "since": visit.site.now, "by": visit.account}
    visit.site.projects.put(project["id"], project | changed)


def delete(visit: Visit) -> Answer:
    """Into the trash, where it keeps its key and name; for good only when asked for."""
    visit.administrator()
    ref = visit["project"]
    project = visit.site.project(ref)
    for_good = not visit.flag("enableUndo", default=True)
    if project is None or (project["state"] == TRASHED and not for_good):
        raise refusal.unseen_project(ref)
    if project["state"] == ARCHIVED:
        raise refusal.say("You can't delete an archived project. Restore it first.")
    if for_good:
        _erase(visit, project)
    else:
        _put_away(visit, project, TRASHED)
    return Answer(204)


def _erase(visit: Visit, project: Doc) -> None:
    site = visit.site
    for issue in site.issues.by("project", project["id"]):
        for records in (site.worklogs, site.comments, site.remote_links, site.history, site.links):
            for record in records.by("issue", issue["id"]):
                records.delete(record["id"])
        site.drop(issue)
    for records in (site.versions, site.components):
        for record in records.by("project", project["id"]):
            records.delete(record["id"])
    site.projects.delete(project["id"])


def archive(visit: Visit) -> Answer:
    visit.administrator()
    if visit.site.facts["plan"] not in {"premium", "enterprise"}:
        raise refusal.say("Archiving projects needs a Premium or an Enterprise plan.", status=403)
    project = visit.project()
    if project["state"] == ARCHIVED:
        raise refusal.say(f"Project with key '{project['key']}' is already archived.")
    _put_away(visit, project, ARCHIVED)
    return Answer(204)


def restore(visit: Visit) -> Answer:
    visit.administrator()
    ref = visit["project"]
    project = visit.site.project(ref)
    if project is None:
        raise refusal.unseen_project(ref)
    if project["state"] == LIVE:
        text = f"The project '{project['key']}' is neither archived nor in the trash."
        raise refusal.say(text)
    _put_away(visit, project, LIVE)
    return Answer(200, views.project(visit, visit.site.projects.get(project["id"]) or {}))


ENDPOINTS = (
    Endpoint("DELETE", "/project/{project}", CONFIGURATION, delete),
    Endpoint("POST", "/project/{project}/archive", PROJECT, archive),
    Endpoint("POST", "/project/{project}/restore", CONFIGURATION, restore),
)
