"""Users, projects and versions as Jira answers them."""

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.request_context import RequestContext


def user(context: RequestContext, account: str | None) -> Doc | None:
    person = context.site.user(account)
    if person is None:
        return None
    return {
        "self": context.url(f"user?accountId={account}"),
        "accountId": account,
        "accountType": "atlassian",
        "emailAddress": person["emailAddress"],
        "displayName": person["displayName"],
        "active": True,
        "timeZone": person["timeZone"],
    }


def issue_type(context: RequestContext, kind: Doc) -> Doc:
    return {"self": context.url(f"issuetype/{kind['id']}"), "description": "", **kind}


def project_reference(context: RequestContext, project: Doc) -> Doc:
    """A project inside an issue."""
    return {
        "self": context.url(f"project/{project['id']}"),
        "id": project["id"],
        "key": project["key"],
        "name": project["name"],
        "projectTypeKey": project["type"],
        "simplified": project["simplified"],
    }


def project_summary(context: RequestContext, project: Doc) -> Doc:
    """A project in a list."""
    view = project_reference(context, project) | {
        "style": "next-gen" if project["simplified"] else "classic",
        "isPrivate": False,
        "archived": False,
    }
    if keys := list(context.call.words("properties")):
        held = project["properties"]
        view["properties"] = {key: held[key] for key in keys if key in held}
    if project["url"]:
        view["url"] = project["url"]
    return view


def project(context: RequestContext, doc: Doc) -> Doc:
    """A project that is read by itself."""
    site, held = context.site, doc["properties"]
    versions = site.versions.by("project", doc["id"])
    return project_summary(context, doc) | {
        "description": doc["description"],
        "lead": user(context, doc["lead"]),
        "assigneeType": doc["assigneeType"],
        "issueTypes": [issue_type(context, kind) for kind in site.issue_types(doc)],
        "components": [],
        "versions": [version(context, each) for each in versions],
        "roles": roles(context, doc),
        "properties": {key: held[key] for key in context.call.words("properties") if key in held},
    }


def roles(context: RequestContext, project: Doc) -> dict[str, str]:
    """The address of each role by its name."""
    return {
        role["name"]: context.url(f"project/{project['id']}/role/{role['id']}")
        for role in context.site.facts["roles"]
    }


def version(context: RequestContext, doc: Doc) -> Doc:
    view: Doc = {
        "self": context.url(f"version/{doc['id']}"),
        "id": doc["id"],
        "name": doc["name"],
        "archived": False,
        "released": doc["released"],
        "projectId": int(doc["project"]),
    }
    if doc["description"]:
        view["description"] = doc["description"]
    return view | {name: doc[name] for name in ("startDate", "releaseDate") if doc[name]}
