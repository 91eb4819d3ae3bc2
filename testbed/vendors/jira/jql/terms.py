"""What the fields and functions of JQL mean on this site, for this caller, now."""

from collections.abc import Callable, Sequence
from datetime import datetime

from testbed.vendors.common.state import Collection, Doc
from testbed.vendors.jira.core import adf, clock
from testbed.vendors.jira.core.site import Site
from testbed.vendors.jira.jql import moments
from testbed.vendors.jira.jql.match import Field, Kind, Matcher, Scalar

Resolver = Callable[[str], Sequence[Scalar] | None]


class Terms:
    """The vocabulary of one query: dates are in the caller's time zone."""

    def __init__(self, site: Site, user: Doc | None) -> None:
        self._site = site
        self._user = user
        zone = user["timeZone"] if user else "UTC"
        self._now = datetime.fromtimestamp(site.now / 1000, clock.zone(zone))

    def matcher(self) -> Matcher:
        """What runs a query in these terms."""
        return Matcher(self._fields(), self._functions())

    # -- fields ----------------------------------------------------------------------------------

    def _fields(self) -> dict[str, Field]:
        return self._places() | self._people() | self._words() | self._times()

    def _places(self) -> dict[str, Field]:
        key = Field(Kind.ORDERED, _key, self._issues)
        status = self._listed("statuses")
        kind = self._listed("issueTypes")
        fixed = self._parts("fixVersions", self._site.versions)
        id_ = _reference(lambda issue: [issue["id"]], self._ids)
        return {
            "project": _reference(lambda issue: [issue["project"]], self._projects),
            "parent": _reference(lambda i: [i["parent"]] if i["parent"] else [], self._ids),
            **dict.fromkeys(("key", "issuekey", "issue"), key),
            "id": id_,
            "status": _reference(lambda issue: [issue["status"]], status),
            "statuscategory": _reference(self._category, self._listed("statusCategories")),
            **dict.fromkeys(("issuetype", "type"), _reference(lambda issue: [issue["type"]], kind)),
            "priority": _one("priority", self._listed("priorities")),
            "resolution": _one("resolution", self._listed("resolutions")),
            "fixversion": fixed,
            "affectedversion": self._parts("versions", self._site.versions),
            "component": self._parts("components", self._site.components),
            "labels": _reference(lambda issue: issue["labels"], lambda text: [text]),
        }

    def _people(self) -> dict[str, Field]:
        fields = {name: _one(name, self._account) for name in ("assignee", "reporter", "creator")}
        fields["watcher"] = _reference(lambda issue: issue["watchers"], self._account)
        fields["worklogauthor"] = _reference(self._of_worklogs("author"), self._account)
        return fields

    def _words(self) -> dict[str, Field]:
        def text(issue: Doc) -> list[Scalar]:
            comments = self._site.comments.by("issue", issue["id"])
            said = [adf.text(comment["body"]) for comment in comments]
            return [issue["summary"], adf.text(issue["description"]), *said]

        def description(issue: Doc) -> list[Scalar]:
            return [adf.text(issue["description"])] if issue["description"] else []

        def spoken(text: str) -> list[Scalar]:
            return [text.casefold().replace("*", "").replace('"', "")]

        return {
            "summary": Field(Kind.TEXT, lambda issue: [issue["summary"]], spoken),
            "description": Field(Kind.TEXT, description, spoken),
            "text": Field(Kind.TEXT, text, spoken),
        }

    def _times(self) -> dict[str, Field]:
        def moment(name: str) -> Field:
            return Field(Kind.ORDERED, lambda i: [i[name]] if i[name] else [], self._moment)

        def number(name: str) -> Field:
            return Field(Kind.ORDERED, lambda i: [] if i[name] is None else [i[name]], _number)

        due = Field(Kind.ORDERED, lambda i: [i["duedate"]] if i["duedate"] else [], self._day)
        points = Field(Kind.ORDERED, _points, _number)
        created, updated, resolved = moment("created"), moment("updated"), moment("resolved")
        return {
            **dict.fromkeys(("created", "createddate"), created),
            **dict.fromkeys(("updated", "updateddate"), updated),
            **dict.fromkeys(("resolved", "resolutiondate"), resolved),
            **dict.fromkeys(("due", "duedate"), due),
            "worklogdate": Field(Kind.ORDERED, self._worklog_days, self._day),
            **dict.fromkeys(("originalestimate", "timeoriginalestimate"), number("original")),
            **dict.fromkeys(("remainingestimate", "timeestimate"), number("remaining")),
            "timespent": number("spent"),
            **dict.fromkeys(("cf[10016]", "story point estimate"), points),
            "rank": Field(Kind.ORDERED, lambda issue: [int(issue["id"])], _number),
        }

    # -- what an issue has -----------------------------------------------------------------------

    def _category(self, issue: Doc) -> list[Scalar]:
        return [str(self._site.category(issue["status"])["id"])]

    def _of_worklogs(self, name: str) -> Callable[[Doc], list[Scalar]]:
        return lambda issue: [log[name] for log in self._site.worklogs.by("issue", issue["id"])]

    def _worklog_days(self, issue: Doc) -> list[Scalar]:
        started = self._of_worklogs("started")(issue)
        zone = self._now.tzinfo
        return [f"{datetime.fromtimestamp(int(at) / 1000, zone):%Y-%m-%d}" for at in started]

    # -- what a query says -----------------------------------------------------------------------

    def _projects(self, text: str) -> list[Scalar]:
        """A project nobody knows is no mistake: nothing is found in it."""
        wanted = text.casefold()
        return [
            doc["id"]
            for doc in self._site.projects.values()
            if wanted in {doc["id"], doc["key"].casefold(), doc["name"].casefold()}
        ]

    def _ids(self, text: str) -> list[Scalar] | None:
        issue = self._site.issue(text)
        return [issue["id"]] if issue else None

    def _issues(self, text: str) -> list[Scalar] | None:
        issue = self._site.issue(text)
        return _key(issue) if issue else None

    def _listed(self, kind: str) -> Resolver:
        def resolve(text: str) -> list[Scalar] | None:
            wanted = text.casefold()
            found = [
                str(doc["id"])
                for doc in self._site.facts[kind]
                if wanted in {str(doc["id"]), doc["name"].casefold(), doc.get("key")}
            ]
            return list(found) or None

        return resolve

    def _parts(self, name: str, records: Collection) -> Field:
        def resolve(text: str) -> list[Scalar] | None:
            wanted = text.casefold()
            found: list[Scalar] = [
                doc["id"]
                for doc in records.values()
                if wanted in {doc["id"], doc["name"].casefold()}
            ]
            return found or None

        return _reference(lambda issue: issue[name], resolve)

    def _account(self, text: str) -> list[Scalar]:
        """An account nobody knows finds nothing."""
        wanted = text.casefold()
        return [
            user["accountId"]
            for user in self._site.facts["users"]
            if wanted
            in {user["accountId"], user["emailAddress"].casefold(), user["displayName"].casefold()}
        ]

    def _moment(self, text: str) -> list[Scalar]:
        return [round(moments.moment(text, self._now).timestamp() * 1000)]

    def _day(self, text: str) -> list[Scalar]:
        return [f"{moments.moment(text, self._now):%Y-%m-%d}"]

    # -- functions -------------------------------------------------------------------------------

    def _functions(self) -> dict[str, Callable[[Sequence[str]], Sequence[str]]]:
        return moments.functions(self._now) | {
            "currentuser": lambda _: [self._user["accountId"]] if self._user else [],
            "releasedversions": lambda args: self._versions(args, released=True),
            "unreleasedversions": lambda args: self._versions(args, released=False),
        }

    def _versions(self, projects: Sequence[str], *, released: bool) -> list[str]:
        places = {id_ for name in projects for id_ in self._projects(name)}
        return [
            doc["id"]
            for doc in self._site.versions.values()
            if doc["released"] is released and (not projects or doc["project"] in places)
        ]


def _reference(read: Callable[[Doc], Sequence[Scalar]], resolve: Resolver) -> Field:
    return Field(Kind.REFERENCE, read, resolve)


def _one(name: str, resolve: Resolver) -> Field:
    return _reference(lambda issue: [issue[name]] if issue[name] else [], resolve)


def _key(issue: Doc) -> list[Scalar]:
    """A key in a form that sorts: K-2 before K-10."""
    prefix = issue["key"].partition("-")[0]
    return [f"{prefix}-{issue['number']:09d}"]


def _points(issue: Doc) -> list[Scalar]:
    points = issue["custom"].get("customfield_10016")
    return [] if points is None else [points]


def _number(text: str) -> list[Scalar] | None:
    try:
        return [float(text)]
    except ValueError:
        return None
