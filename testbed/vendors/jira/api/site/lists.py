"""The fixed lists of the site: statuses, priorities, link types, schemes, roles."""

from collections.abc import Callable

from testbed.vendors.common.call import Answer
from testbed.vendors.jira.core import refusal, views
from testbed.vendors.jira.core.routes import CONFIGURATION, READ, Endpoint
from testbed.vendors.jira.core.visit import Visit


def _listed(kind: str, path: str, wrapped: str = "") -> Callable[[Visit], Answer]:
    def answer(visit: Visit) -> Answer:
        docs = [{**doc, "self": visit.url(f"{path}/{doc['id']}")} for doc in visit.site.facts[kind]]
        return Answer(200, {wrapped: docs} if wrapped else docs)

    return answer


def _single(kind: str, path: str) -> Callable[[Visit], Answer]:
    def answer(visit: Visit) -> Answer:
        for doc in visit.site.facts[kind]:
            if visit["record"] in {str(doc["id"]), doc["name"]}:
                return Answer(200, {**doc, "self": visit.url(f"{path}/{doc['id']}")})
        raise refusal.say(f"'{visit['record']}' does not exist.", status=404)

    return answer


def statuses(visit: Visit) -> Answer:
    return Answer(200, [views.status(visit, doc["id"]) for doc in visit.site.facts["statuses"]])


def status(visit: Visit) -> Answer:
    for doc in visit.site.facts["statuses"]:
        if visit["record"] in {doc["id"], doc["name"]}:
            return Answer(200, views.status(visit, doc["id"]))
    raise refusal.say(f"The status '{visit['record']}' does not exist.", status=404)


def notification_schemes(visit: Visit) -> Answer:
    return visit.page(visit.site.facts["notificationSchemes"], dict)


def roles(visit: Visit) -> Answer:
    view = [{**role, "self": visit.url(f"role/{role['id']}")} for role in visit.site.facts["roles"]]
    return Answer(200, view)


ENDPOINTS = (
    Endpoint("GET", "/status", READ, statuses),
    Endpoint("GET", "/status/{record}", READ, status),
    Endpoint("GET", "/statuscategory", READ, _listed("statusCategories", "statuscategory")),
    Endpoint("GET", "/priority", READ, _listed("priorities", "priority")),
    Endpoint("GET", "/priority/{record}", READ, _single("priorities", "priority")),
    Endpoint("GET", "/resolution", READ, _listed("resolutions", "resolution")),
    Endpoint("GET", "/resolution/{record}", READ, _single("resolutions", "resolution")),
    Endpoint(
        "GET", "/issueLinkType", READ,
        _listed("linkTypes", "issueLinkType", "issueLinkTypes"),
    ),
    Endpoint("GET", "/issueLinkType/{record}", READ, _single("linkTypes", "issueLinkType")),
    Endpoint("GET", "/projectCategory", READ, _listed("projectCategories", "projectCategory")),
    Endpoint(
        "GET", "/permissionscheme", READ,
        _listed("permissionSchemes", "permissionscheme", "permissionSchemes"),
    ),
    Endpoint(
        "GET", "/issuesecurityschemes", READ,
        _listed("issueSecuritySchemes", "issuesecurityschemes", "issueSecuritySchemes"),
    ),
    Endpoint("GET", "/notificationscheme", READ, notification_schemes),
    Endpoint("GET", "/role", CONFIGURATION, roles),
)  # fmt: skip
