"""Projects: made once under a unique key and name, read and changed."""

import re

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal, views
from testbed.vendors.jira.core.routes import CONFIGURATION, PROJECT, READ, Endpoint
from testbed.vendors.jira.core.site import LIVE
from testbed.vendors.jira.core.visit import Visit

BAD_KEY = (
    "Project keys must start with an uppercase letter, "
    "followed by one or more uppercase alphanumeric characters."
)
_KEY = re.compile(r"[A-Z][A-Z0-9]+")
_KEY_LENGTH, _NAME_LENGTH = 10, 80
_TAKEN_NAME = "A project with that name already exists."
_ASSIGNEE = ("PROJECT_LEAD", "UNASSIGNED")
_DEFAULTS = {
    "software": "com.pyxis.greenhopper.jira:gh-simplified-basic",
    "business": (
        "com.atlassian.jira-core-project-templates:jira-core-simplified-project-management"
    ),
}


def key_problem(visit: Visit, key: object, *, own: str = "") -> str | None:
    """Why a key can't be had; projects in the trash and in the archive keep theirs."""
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        return BAD_KEY
    if len(key) > _KEY_LENGTH:
        return f"The project key must not exceed {_KEY_LENGTH} characters in length."
    holder = visit.site.project(key)
    if holder and holder["id"] != own:
        return f"Project '{holder['name']}' uses this project key."
    return None


def name_problem(visit: Visit, name: object, *, own: str = "") -> str | None:
    """Why a name can't be had."""
    if not isinstance(name, str) or not name.strip():
        return "You must specify a valid project name."
    if len(name.strip()) > _NAME_LENGTH:
        return f"The project name must not exceed {_NAME_LENGTH} characters in length."
    holders = visit.site.projects.by("name", name.strip().casefold())
    return _TAKEN_NAME if any(holder["id"] != own for holder in holders) else None


def _people_problems(visit: Visit, body: Doc) -> dict[str, str | None]:
    lead = body.get("leadAccountId") or body.get("lead")
    found: dict[str, str | None] = {}
    if visit.site.user(lead) is None:
        found["projectLead"] = "You must specify a valid project lead."
    if body.get("assigneeType", "PROJECT_LEAD") not in _ASSIGNEE:
        found["assigneeType"] = "Invalid default assignee."
    return found


def _kind(visit: Visit, body: Doc) -> tuple[str, str]:
    """The template of a new project and the type that goes with it."""
    kind = body.get("projectTypeKey", "software")
    template = body.get("projectTemplateKey") or _DEFAULTS.get(str(kind), "")
    known = visit.site.facts["templates"].get(template)
    if known is None:
        raise refusal.fields({"projectTemplateKey": f"Project template '{template}' not found."})
    if known["type"] != kind:
        text = f"The project template '{template}' does not fit the project type '{kind}'."
        raise refusal.fields({"projectTypeKey": text})
    return str(template), str(kind)


def create(visit: Visit) -> Answer:
    visit.administrator()
    body = visit.body
    _refuse(
        {
            "projectName": name_problem(visit, body.get("name")),
            "projectKey": key_problem(visit, body.get("key")),
            **_people_problems(visit, body),
        }
    )
    template, kind = _kind(visit, body)
    id_ = visit.site.next_id()
    project = {
        "id": id_,
        "key": body["key"],
        "name": body["name"].strip(),
        "description": body.get("description") or "",
        "url": body.get("url") or "",
        "lead": body.get("leadAccountId") or body.get("lead"),
        "assigneeType": body.get("assigneeType", "PROJECT_LEAD"),
        "type": kind,
        "template": template,
        "simplified": visit.site.facts["templates"][template]["simplified"],
        "state": LIVE,
        "since": visit.site.now,
        "by": visit.account,
        "properties": {},
        "actors": {},
    }
    visit.site.projects.put(id_, project)
    return Answer(201, {"self": visit.url(f"project/{id_}"), "id": int(id_), "key": project["key"]})


def _refuse(problems: dict[str, str | None]) -> None:
    errors = {name: text for name, text in problems.items() if text}
    if errors:
        raise refusal.fields(errors)


def read(visit: Visit) -> Answer:
    return Answer(200, views.project(visit, visit.project()))


def update(visit: Visit) -> Answer:
    project, body = visit.own_project(), visit.body
    changed: Doc = {
        name: body[name] for name in ("description", "url", "assigneeType") if name in body
    }
    own = project["id"]
    problems: dict[str, str | None] = {}
    if "name" in body:
        problems["projectName"] = name_problem(visit, body["name"], own=own)
        changed["name"] = str(body["name"]).strip()
    if "key" in body:
        problems["projectKey"] = key_problem(visit, body["key"], own=own)
        changed["key"] = body["key"]
    if body.get("leadAccountId") or body.get("lead"):
        problems |= _people_problems(visit, body)
        changed["lead"] = body.get("leadAccountId") or body.get("lead")
    _refuse(problems)
    project = project | changed
    visit.site.projects.put(own, project)
    if "key" in changed:
        _move_issues(visit, project)
    return Answer(200, views.project(visit, project))


def _move_issues(visit: Visit, project: Doc) -> None:
    for issue in visit.site.issues.by("project", project["id"]):
        key = f"{project['key']}-{issue['number']}"
        visit.site.save(issue | {"key": key})


ENDPOINTS = (
    Endpoint("POST", "/project", CONFIGURATION, create),
    Endpoint("GET", "/project/{project}", READ, read),
    Endpoint("PUT", "/project/{project}", PROJECT, update),
)
