"""The team of a project: the users who hold a role in it."""

from testbed.vendors.common.call import Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira import views
from testbed.vendors.jira.endpoints import CONFIGURATION, PROJECT, READ, Endpoint
from testbed.vendors.jira.errors import refuse
from testbed.vendors.jira.request_context import RequestContext


def list_roles(context: RequestContext) -> Response:
    return Response(200, views.roles(context, context.project()))


def read(context: RequestContext) -> Response:
    return Response(200, _view(context, context.project()))


def add(context: RequestContext) -> Response:
    """Add users; one who has the role already makes Jira refuse them all."""
    project, wanted = context.administered_project(), context.body.get("user")
    if not isinstance(wanted, list) or not wanted:
        raise refuse("At least one user or group must be given.")
    actors = _actors(context, project)
    for account in wanted:
        if context.site.user(account) is None:
            text = f"We can't find '{account}' in any accessible user directory."
            raise refuse(text, status=404)
        if any(actor["account"] == account for actor in actors):
            raise refuse(f"The user '{account}' is already a member of the project role.")
    added = [{"id": int(context.site.next_id()), "account": account} for account in wanted]
    return Response(200, _save(context, project, actors + added))


def remove(context: RequestContext) -> Response:
    """Remove a user; the answer is the same for one who does not have the role."""
    project, account = context.administered_project(), context.call.query.get("user")
    actors = _actors(context, project)
    left = [actor for actor in actors if actor["account"] != account]
    if left != actors:
        _save(context, project, left)
    return Response(204)


def _role(context: RequestContext) -> Doc:
    for role in context.site.facts["roles"]:
        if str(role["id"]) == context["role"]:
            return dict(role)
    text = f"Can not retrieve a role actor for role id {context['role']}."
    raise refuse(text, status=404)


def _actors(context: RequestContext, project: Doc) -> list[Doc]:
    return list(project["actors"].get(str(_role(context)["id"]), []))


def _save(context: RequestContext, project: Doc, actors: list[Doc]) -> Doc:
    project = project | {"actors": project["actors"] | {context["role"]: actors}}
    context.site.projects.put(project["id"], project)
    return _view(context, project)


def _view(context: RequestContext, project: Doc) -> Doc:
    role = _role(context)
    return {
        "self": context.url(f"project/{project['id']}/role/{role['id']}"),
        **role,
        "actors": [_actor(context, actor) for actor in _actors(context, project)],
    }


def _actor(context: RequestContext, actor: Doc) -> Doc:
    return {
        "id": actor["id"],
        "displayName": (context.site.user(actor["account"]) or {}).get("displayName"),
        "type": "atlassian-user-role-actor",
        "actorUser": {"accountId": actor["account"]},
    }


_ROLE = "/project/{project}/role/{role}"
ENDPOINTS = (
    Endpoint("GET", "/project/{project}/role", READ, list_roles),
    Endpoint("GET", _ROLE, READ, read),
    Endpoint("POST", _ROLE, CONFIGURATION, add),
    Endpoint("DELETE", _ROLE, PROJECT, remove),
)
