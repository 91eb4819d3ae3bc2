"""One request as the endpoints see it: who asks, in which version of the API, and for what."""

import json
from collections.abc import Callable, Iterable
from functools import cached_property

from testbed.vendors.common.call import Answer, Call, Refusal
from testbed.vendors.common.state import Doc
from testbed.vendors.jira.core import adf, clock, refusal
from testbed.vendors.jira.core.site import ARCHIVED, Site


class Visit:
    """A call to the site, with the look-ups that refuse what the caller may not see or do."""

    def __init__(self, site: Site, call: Call, user: Doc | None) -> None:
        self.site = site
        self.call = call
        self.user = user
        self.version = call.params.get("version", "3")
        cloud = call.params.get("cloud")
        self.base = call.base_url + (f"/ex/jira/{cloud}" if cloud else "")

    # -- what was sent ---------------------------------------------------------------------------

    def __getitem__(self, name: str) -> str:
        """A part of the path."""
        return self.call.params[name]

    @cached_property
    def sent(self) -> object:
        """The body, or a refusal in Jira's words if it is no JSON."""
        if not self.call.body:
            raise refusal.say("No content to map to Object due to end of input")
        try:
            return json.loads(self.call.body)
        except ValueError:
            text = "There was an error parsing JSON. Check that your request body is valid."
            raise refusal.say(text) from None

    @cached_property
    def body(self) -> Doc:
        """The body as an object."""
        if not isinstance(self.sent, dict):
            raise refusal.say(
                "Invalid request payload. Refer to the REST API documentation and try again."
            )
        return self.sent

    def words(self, name: str) -> list[str]:
        """A list in the query, whether repeated or with commas."""
        listed = (part for text in self.call.query.getlist(name) for part in text.split(","))
        return [part.strip() for part in listed if part.strip()]

    def number(self, name: str, default: int) -> int:
        """A whole number in the query."""
        text = self.call.query.get(name, "")
        if text and not text.lstrip("-").isdigit():
            detail = f"Failed to convert '{name}' with value: '{text}'"
            raise Refusal(refusal.problem(400, "Bad Request", detail, self.call.path))
        return int(text) if text else default

    def flag(self, name: str, *, default: bool) -> bool:
        """A truth value in the query, in any case."""
        text = self.call.query.get(name, "").lower()
        return text == "true" if text else default

    # -- who asks, and for what ------------------------------------------------------------------

    @property
    def account(self) -> str:
        """The account id of the caller; endpoints that need one let no stranger in."""
        return str(self.user["accountId"]) if self.user else ""

    @property
    def person(self) -> Doc:
        """The caller, who must be known by now."""
        if self.user is None:
            raise refusal.page(401, "Client must be authenticated to access this resource.")
        return self.user

    def administrator(self) -> None:
        """Let only an administrator of the site pass."""
        if not self.person["admin"]:
            raise refusal.say("You are not authorized to perform this action.", status=403)

    def project(self, ref: str | None = None) -> Doc:
        """A project the caller may see, by id or key."""
        ref = self["project"] if ref is None else ref
        project = self.site.project(ref)
        if project is None or not self.site.may_browse(self.user, project):
            raise refusal.unseen_project(ref)
        return project

    def own_project(self, ref: str | None = None) -> Doc:
        """A live project the caller may administer."""
        project = self.project(ref)
        if not self.site.may_administer(self.person, project):
            text = "You do not have permission to administer this project."
            raise refusal.say(text, status=403)
        return self.unarchived(project)

    def issue(self, ref: str | None = None) -> Doc:
        """An issue the caller may see, by id or key."""
        issue = self.site.issue(self["issue"] if ref is None else ref)
        project = issue and self.site.projects.get(issue["project"])
        if issue is None or project is None or not self.site.may_browse(self.user, project):
            raise refusal.unseen_issue()
        return issue

    def open_issue(self, ref: str | None = None) -> Doc:
        """An issue the caller may change."""
        issue = self.issue(ref)
        self.unarchived(self.site.projects.get(issue["project"]) or {})
        return issue

    def unarchived(self, project: Doc) -> Doc:
        """The project, unless it was archived: then it is there to be read only."""
        if project.get("state") == ARCHIVED:
            raise refusal.say(f"The project '{project['name']}' is archived and read-only.")
        return project

    # -- how it is answered ----------------------------------------------------------------------

    def url(self, path: str) -> str:
        """The address of a record, under the base the caller used."""
        return f"{self.base}/rest/api/{self.version}/{path}"

    def time(self, millis: int | None) -> str | None:
        """A time in the caller's zone."""
        if millis is None:
            return None
        return clock.stamp(millis, self.user["timeZone"] if self.user else "UTC")

    def rich(self, document: Doc | None) -> Doc | str | None:
        """Rich text as this version of the API shows it."""
        return document if self.version == "3" or document is None else adf.text(document)

    def document(self, value: object) -> Doc | None:
        """Rich text as this version of the API takes it; None if it is not that."""
        if self.version != "3":
            return adf.document(value) if isinstance(value, str) else None
        return value if adf.is_document(value) else None

    def page(self, found: Iterable[Doc], view: Callable[[Doc], Doc], cap: int = 50) -> Answer:
        """One page of a list, in the envelope most lists share."""
        listed = list(found)
        start, size = self.number("startAt", 0), self.number("maxResults", 50)
        size = max(0, min(size, cap))
        end = start + size
        body: Doc = {
            "self": self.base + self.call.path.removeprefix(self.base),
            "maxResults": size,
            "startAt": start,
            "total": len(listed),
            "isLast": end >= len(listed),
            "values": [view(doc) for doc in listed[start:end]],
        }
        if end < len(listed):
            body["nextPage"] = f"{body['self']}?startAt={end}&maxResults={size}"
        return Answer(200, body)
