"""Versions as other records see them: found by id, fixed in by issues, swapped for others."""

from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import refusal
from testbed.vendors.jira.core.visit import Visit


def fixed_in(visit: Visit, version: Doc) -> list[Doc]:
    issues = visit.site.issues.by("project", version["project"])
    return [issue for issue in issues if version["id"] in issue["fixVersions"]]


def found(visit: Visit, ref: str | None = None) -> Doc:
    ref = visit["version_id"] if ref is None else ref
    version = visit.site.versions.get(ref)
    project = version and visit.site.projects.get(version["project"])
    if version is None or project is None or not visit.site.may_browse(visit.user, project):
        raise refusal.say(f"Could not find version for id '{ref}'", status=404)
    return version


def own(visit: Visit) -> Doc:
    version = found(visit)
    visit.own_project(version["project"])
    return version


def swap(visit: Visit, issues: list[Doc], name: str, old: str, new: str | None) -> None:
    for issue in issues:
        current = visit.site.issues.get(issue["id"]) or issue
        left = [id_ for id_ in current[name] if id_ not in {old, new}]
        changed = {name: [*left, new] if new else left, "updated": visit.site.now}
        visit.site.save(current | changed)
