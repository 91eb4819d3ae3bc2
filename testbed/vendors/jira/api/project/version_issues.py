"""What hangs on a version: how many issues, how many open, where they go when it ends."""

from testbed.vendors.common.call import Answer
from testbed.vendors.jira.core.milestones import fixed_in, found, own, swap
from testbed.vendors.jira.core.routes import PROJECT, READ, Endpoint
from testbed.vendors.jira.core.visit import Visit


def unresolved_count(visit: Visit) -> Answer:
    version = found(visit)
    fixed = fixed_in(visit, version)
    return Answer(
        200,
        {
            "self": visit.url(f"version/{version['id']}"),
            "issuesCount": len(fixed),
            "issuesUnresolvedCount": sum(issue["resolution"] is None for issue in fixed),
        },
    )


def related_counts(visit: Visit) -> Answer:
    version = found(visit)
    issues = visit.site.issues.by("project", version["project"])
    return Answer(
        200,
        {
            "self": visit.url(f"version/{version['id']}"),
            "issuesFixedCount": len(fixed_in(visit, version)),
            "issuesAffectedCount": sum(version["id"] in issue["versions"] for issue in issues),
            "issueCountWithCustomFieldsShowingVersion": 0,
            "customFieldUsage": [],
        },
    )


def remove_and_swap(visit: Visit) -> Answer:
    body = visit.body if visit.call.body else {}
    return _remove(visit, body.get("moveFixIssuesTo"), body.get("moveAffectedIssuesTo"))


def delete(visit: Visit) -> Answer:
    query = visit.call.query
    return _remove(visit, query.get("moveFixIssuesTo"), query.get("moveAffectedIssuesTo"))


def merge(visit: Visit) -> Answer:
    other = found(visit, visit["other"])
    return _remove(visit, other["id"], other["id"])


def _remove(visit: Visit, fix_to: object, affected_to: object) -> Answer:
    version = own(visit)
    issues = visit.site.issues.by("project", version["project"])
    for name, target in (("fixVersions", fix_to), ("versions", affected_to)):
        to = found(visit, str(target))["id"] if target else None
        swap(visit, [i for i in issues if version["id"] in i[name]], name, version["id"], to)
    visit.site.versions.delete(version["id"])
    return Answer(204)


_ONE = "/version/{version_id}"
ENDPOINTS = (
    Endpoint("DELETE", _ONE, PROJECT, delete),
    Endpoint("GET", _ONE + "/unresolvedIssueCount", READ, unresolved_count),
    Endpoint("GET", _ONE + "/relatedIssueCounts", READ, related_counts),
    Endpoint("POST", _ONE + "/removeAndSwap", PROJECT, remove_and_swap),
    Endpoint("PUT", _ONE + "/mergeto/{other}", PROJECT, merge),
)
