"""The team of a project: who holds which role in it."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal, views
from testbed.vendors.jira.core.routes import CONFIGURATION, PROJECT, READ, Endpoint
from testbed.vendors.jira.core.visit import Visit

_USER = "atlassian-user-role-actor"


def every(visit: Visit) -> Answer:
    project = visit.project()
    return Answer(
        200,
        {
            role["name"]: visit.url(f"project/{project['id']}/role/{role['id']}")
            for role in visit.site.facts["roles"]
        },
    )


def read(visit: Visit) -> Answer:
    return Answer(200, _view(visit, visit.project()))


def add(visit: Visit) -> Answer:
    """Add people; asking for one who is in already is refused as a whole."""
    project = _staffable(visit)
    wanted = _accounts(visit, visit.body.get("user"))
    if not wanted:
        raise refusal.say("At least one user or group must be given.")
    held = _actors(visit, project)
    for account in wanted:
        if any(actor["account"] == account for actor in held):
            text = f"The user '{account}' is already a member of the project role."
            raise refusal.say(text)
    return Answer(200, _keep(visit, project, held + [_actor(visit, one) for one in wanted]))


def replace(visit: Visit) -> Answer:
    """Put these people in place of all others."""
    project = _staffable(visit)
    listed = visit.body.get("categorisedActors") or {}
    held = {actor["account"]: actor for actor in _actors(visit, project)}
    accounts = _accounts(visit, listed.get(_USER))
    actors = [held.get(account) or _actor(visit, account) for account in accounts]
    return Answer(200, _keep(visit, project, actors))


def remove(visit: Visit) -> Answer:
    """Take a person out; one who isn't in is no reason to complain."""
    project = _staffable(visit)
    account = visit.call.query.get("user")
    if not account:
        raise refusal.say("A user or a group must be given.")
    held = _actors(visit, project)
    if any(actor["account"] == account for actor in held):
        _keep(visit, project, [actor for actor in held if actor["account"] != account])
    return Answer(204)


def _staffable(visit: Visit) -> Doc:
    project = visit.own_project()
    if visit.site.facts["plan"] == "free":
        raise refusal.say("Roles can't be changed on the Free plan.")
    return project


def _role(visit: Visit) -> Doc:
    for role in visit.site.facts["roles"]:
        if str(role["id"]) == visit["role"]:
            return dict(role)
    raise refusal.say(f"Can not retrieve a role actor for role id {visit['role']}.", status=404)


def _actors(visit: Visit, project: Doc) -> list[Doc]:
    return list(project["actors"].get(str(_role(visit)["id"]), []))


def _accounts(visit: Visit, listed: object) -> list[str]:
    accounts = [str(account) for account in listed] if isinstance(listed, list) else []
    for account in accounts:
        if visit.site.user(account) is None:
            text = f"We can't find '{account}' in any accessible user directory."
            raise refusal.say(text, status=404)
    return accounts


def _actor(visit: Visit, account: str) -> Doc:
    return {"id": int(visit.site.next_id()), "account": account}


def _keep(visit: Visit, project: Doc, actors: list[Doc]) -> Doc:
    role = str(_role(visit)["id"])
    project = project | {"actors": {**project["actors"], role: actors}}
    visit.site.projects.put(project["id"], project)
    return _view(visit, project)


def _view(visit: Visit, project: Doc) -> Doc:
    role = _role(visit)
    return {
        "self": visit.url(f"project/{project['id']}/role/{role['id']}"),
        **role,
        "actors": [
            {
                "id": actor["id"],
                "displayName": (views.user(visit, actor["account"]) or {}).get("displayName"),
                "type": _USER,
                "actorUser": {"accountId": actor["account"]},
            }
            for actor in _actors(visit, project)
        ],
    }


_PATH = "/project/{project}/role/{role}"
ENDPOINTS = (
    Endpoint("GET", "/project/{project}/role", READ, every),
    Endpoint("GET", _PATH, READ, read),
    Endpoint("POST", _PATH, CONFIGURATION, add),
    Endpoint("PUT", _PATH, PROJECT, replace),
    Endpoint("DELETE", _PATH, PROJECT, remove),
)
