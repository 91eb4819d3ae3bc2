"""One request as the handlers see it: its caller, its parameters, its body."""

import json
from collections.abc import Callable, Iterable
from functools import cached_property

from testbed.vendors.common.call import Call, Response
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.errors import (
    issue_not_found,
    project_not_found,
    refuse,
    unauthorized_page,
)
from testbed.vendors.jira.site import Site
from testbed.vendors.jira.times import format_time


class RequestContext:
    """A call to the site; its look-ups refuse what the caller may not see or change."""

    def __init__(self, site: Site, call: Call) -> None:
        self.site = site
        self.call = call
        self.user = site.user_of(call.actor)
        cloud = call.params.get("cloud")
        self.base = call.base_url + (f"/ex/jira/{cloud}" if cloud else "")

    def __getitem__(self, name: str) -> str:
        """A parameter of the path."""
        return self.call.params[name]

    @cached_property
    def json(self) -> object:
        """The body, or a refusal in Jira's words if it is no JSON."""
        if not self.call.body:
            raise refuse("No content to map to Object due to end of input")
        try:
            return json.loads(self.call.body)
        except ValueError:
            text = "There was an error parsing JSON. Check that your request body is valid."
            raise refuse(text) from None

    @property
    def body(self) -> Doc:
        """The body as an object."""
        if not isinstance(self.json, dict):
            raise refuse(
                "Invalid request payload. Refer to the REST API documentation and try again."
            )
        return self.json

    def number(self, name: str, default: int) -> int:
        """A whole number in the query."""
        text = self.call.query.get(name, "")
        if text and not text.isdigit():
            raise refuse(f"Failed to convert '{name}' with value: '{text}'")
        return int(text) if text else default

    @property
    def account(self) -> str:
        """The account id of the caller; empty for an anonymous one."""
        return str(self.user["accountId"]) if self.user else ""

    def require_user(self) -> Doc:
        if self.user is None:
            raise unauthorized_page()
        return self.user

    def require_administrator(self) -> None:
        if not self.require_user()["admin"]:
            raise refuse("You are not authorized to perform this action.", status=403)

    def project(self, ref: str | None = None) -> Doc:
        """A project that the caller may see, by id or key."""
        ref = self["project"] if ref is None else ref
        project = self.site.project(ref)
        if project is None or not self.site.may_browse(self.user, project):
            raise project_not_found(ref)
        return project

    def administered_project(self, ref: str | None = None) -> Doc:
        """A project that the caller may administer."""
        project = self.project(ref)
        if not self.site.may_administer(self.require_user(), project):
            text = "You do not have permission to administer this project."
            raise refuse(text, status=403)
        return project

    def issue(self, ref: str | None = None) -> Doc:
        """An issue that the caller may see, by id or key."""
        issue = self.site.issue(self["issue"] if ref is None else ref)
        project = self.site.projects.get(issue["project"]) if issue else None
        if issue is None or project is None or not self.site.may_browse(self.user, project):
            raise issue_not_found()
        return issue

    def url(self, path: str) -> str:
        """The address of a record, at the base that the caller used."""
        return f"{self.base}/rest/api/3/{path}"

    def time(self, millis: int) -> str:
        """A time in the caller's zone."""
        return format_time(millis, self.user["timeZone"] if self.user else "UTC")

    def page(self, found: Iterable[Doc], view: Callable[[Doc], Doc], most: int = 100) -> Response:
        """One page of a list, in the envelope that most lists share."""
        docs = list(found)
        start, size = self.number("startAt", 0), min(self.number("maxResults", 50), most)
        envelope = {
            "self": self.base + self.call.path,
            "maxResults": size,
            "startAt": start,
            "total": len(docs),
            "isLast": start + size >= len(docs),
        }
        return Response(200, envelope | {"values": [view(d) for d in docs[start : start + size]]})
