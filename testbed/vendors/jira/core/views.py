"""How people, projects and what belongs to them look in an answer."""

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import clock
from testbed.vendors.jira.core.site import ARCHIVED, TRASHED
from testbed.vendors.jira.core.visit import Visit

TRASH_DAYS = 60


def user(visit: Visit, account: str | None) -> Doc | None:
    """A person, without what a profile keeps to itself."""
    person = visit.site.user(account)
    if person is None:
        return None
    return {
        "self": visit.url(f"user?accountId={person['accountId']}"),
        "accountId": person["accountId"],
        "accountType": person["accountType"],
        "emailAddress": person["emailAddress"],
        "avatarUrls": {"48x48": f"{visit.base}/avatar/{person['accountId']}.png"},
        "displayName": person["displayName"],
        "active": True,
        "timeZone": person["timeZone"],
    }


def issue_type(visit: Visit, kind: Doc) -> Doc:
    return {"self": visit.url(f"issuetype/{kind['id']}"), "avatarId": 10300, **kind}


def category(visit: Visit, doc: Doc) -> Doc:
    return {"self": visit.url(f"statuscategory/{doc['id']}"), **doc}


def status(visit: Visit, id_: str) -> Doc:
    return {
        "self": visit.url(f"status/{id_}"),
        "id": id_,
        "name": visit.site.fact("statuses", id_)["name"],
        "description": "",
        "statusCategory": category(visit, visit.site.category(id_)),
    }


def named(visit: Visit, kind: str, path: str, id_: str | None) -> Doc | None:
    """A fixed record such as a priority or a resolution."""
    if id_ is None:
        return None
    return {"self": visit.url(f"{path}/{id_}"), **visit.site.fact(kind, id_)}


def project_ref(visit: Visit, project: Doc) -> Doc:
    """A project as an issue shows it."""
    return {
        "self": visit.url(f"project/{project['id']}"),
        "id": project["id"],
        "key": project["key"],
        "name": project["name"],
        "projectTypeKey": project["type"],
        "simplified": project["simplified"],
    }


def project(visit: Visit, doc: Doc, *, whole: bool = True) -> Doc:
    """A project as it is read by itself, or more briefly in a list."""
    seen = project_ref(visit, doc) | {
        "style": "next-gen" if doc["simplified"] else "classic",
        "isPrivate": False,
        "properties": {},
        **_state(visit, doc),
    }
    expanded = set(visit.words("expand"))
    if whole or "description" in expanded:
        seen["description"] = doc["description"]
    if whole or "lead" in expanded:
        seen["lead"] = user(visit, doc["lead"])
    if whole or "issueTypes" in expanded:
        seen["issueTypes"] = [issue_type(visit, kind) for kind in visit.site.types(doc)]
    if "projectKeys" in expanded:
        seen["projectKeys"] = [doc["key"]]
    if doc["url"]:
        seen["url"] = doc["url"]
    keys = visit.words("properties")
    seen["properties"] = {key: doc["properties"][key] for key in keys if key in doc["properties"]}
    return seen | (_parts(visit, doc) if whole else {})


def _parts(visit: Visit, doc: Doc) -> Doc:
    return {
        "assigneeType": doc["assigneeType"],
        "components": [component(visit, c) for c in visit.site.components.by("project", doc["id"])],
        "versions": [version(visit, v) for v in visit.site.versions.by("project", doc["id"])],
        "roles": {
            role["name"]: visit.url(f"project/{doc['id']}/role/{role['id']}")
            for role in visit.site.facts["roles"]
        },
    }


def _state(visit: Visit, doc: Doc) -> Doc:
    if doc["state"] == ARCHIVED:
        by = user(visit, doc["by"])
        return {"archived": True, "archivedDate": visit.time(doc["since"]), "archivedBy": by}
    if doc["state"] == TRASHED:
        until = doc["since"] + TRASH_DAYS * 24 * 3600 * 1000
        return {
            "deleted": True,
            "deletedDate": visit.time(doc["since"]),
            "deletedBy": user(visit, doc["by"]),
            "retentionTillDate": visit.time(until),
        }
    return {"archived": False}


def version(visit: Visit, doc: Doc) -> Doc:
    seen: Doc = {
        "self": visit.url(f"version/{doc['id']}"),
        "id": doc["id"],
        "name": doc["name"],
        "archived": doc["archived"],
        "released": doc["released"],
        "projectId": int(doc["project"]),
    }
    if doc["description"]:
        seen["description"] = doc["description"]
    for name, label in (("startDate", "userStartDate"), ("releaseDate", "userReleaseDate")):
        if doc[name]:
            seen |= {name: doc[name], label: clock.user_day(doc[name])}
    if not doc["released"] and doc["releaseDate"]:
        seen["overdue"] = doc["releaseDate"] < clock.today(visit.site.now)
    return seen


def component(visit: Visit, doc: Doc) -> Doc:
    project_doc = visit.site.projects.get(doc["project"]) or {}
    seen = {
        "self": visit.url(f"component/{doc['id']}"),
        "id": doc["id"],
        "name": doc["name"],
        "description": doc["description"],
        "assigneeType": doc["assigneeType"],
        "isAssigneeTypeValid": True,
        "project": project_doc["key"],
        "projectId": int(doc["project"]),
    }
    return seen | ({"lead": user(visit, doc["lead"])} if doc["lead"] else {})
