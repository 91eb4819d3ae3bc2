"""The site itself: what it is, who is asking, and what they may do."""

from testbed.vendors.common.call import Answer
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import clock, refusal, views
from testbed.vendors.jira.core.routes import PEOPLE, READ, Endpoint
from testbed.vendors.jira.core.visit import Visit

_ADMINISTRATORS_ONLY = {"ADMINISTER", "BULK_CHANGE"}
_TO_THE_LEAD = "ADMINISTER_PROJECTS"


def server_info(visit: Visit) -> Answer:
    return Answer(
        200,
        {
            "baseUrl": visit.base,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100285,
            "buildDate": "2026-01-05T00:00:00.000+0000",
            "serverTime": clock.stamp(visit.site.now),
            "scmInfo": "sandbox",
            "serverTitle": "Jira",
            "defaultLocale": {"locale": "en_US"},
        },
    )


def myself(visit: Visit) -> Answer:
    language = str(visit.site.options.get("language", "en_US"))
    account = str(visit.person["accountId"])
    return Answer(200, (views.user(visit, account) or {}) | {"locale": language})


def my_permissions(visit: Visit) -> Answer:
    keys = visit.words("permissions")
    known = {doc["key"]: doc for doc in visit.site.facts["permissions"]}
    if not keys or not set(keys) <= set(known):
        unknown = ", ".join(key for key in keys if key not in known)
        text = f"Unrecognized permissions: {unknown}" if keys else "'permissions' is required."
        raise refusal.say(text)
    project = _named_project(visit)
    granted = {
        key: {**known[key], "description": "", "havePermission": _has(visit, key, project)}
        for key in keys
    }
    return Answer(200, {"permissions": granted})


def _named_project(visit: Visit) -> Doc | None:
    ref = visit.call.query.get("projectKey") or visit.call.query.get("projectId")
    issue = visit.call.query.get("issueKey") or visit.call.query.get("issueId")
    if issue:
        ref = visit.issue(issue)["project"]
    return visit.project(ref) if ref else None


def _has(visit: Visit, key: str, project: Doc | None) -> bool:
    if visit.user is None:
        return False
    if key in _ADMINISTRATORS_ONLY:
        return bool(visit.user["admin"])
    if key == _TO_THE_LEAD:
        return visit.site.may_administer(visit.user, project) if project else visit.user["admin"]
    return True


def configuration(visit: Visit) -> Answer:
    on = bool(visit.site.options.get("time_tracking", True))
    settings: Doc = {
        "votingEnabled": True,
        "watchingEnabled": True,
        "unassignedIssuesAllowed": True,
        "subTasksEnabled": True,
        "issueLinkingEnabled": True,
        "timeTrackingEnabled": on,
        "attachmentsEnabled": True,
    }
    if on:
        settings["timeTrackingConfiguration"] = {
            "workingHoursPerDay": 8.0,
            "workingDaysPerWeek": 5.0,
            "timeFormat": "pretty",
            "defaultUnit": "minute",
        }
    return Answer(200, settings)


ENDPOINTS = (
    Endpoint("GET", "/serverInfo", "", server_info),
    Endpoint("GET", "/myself", PEOPLE, myself),
    Endpoint("GET", "/mypermissions", READ, my_permissions),
    Endpoint("GET", "/configuration", READ, configuration),
)
