"""One Jira site: what it holds, what never changes about it, and who may do what."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from testbed.vendors.common.clock import Clock
from testbed.vendors.common.state import Doc, Store
from testbed.vendors.jira.core.lag import Lag

FACTS = Path(__file__).parents[2] / "seed" / "jira.json"
LIVE, ARCHIVED, TRASHED = "live", "archived", "trashed"


class Site:
    """The records of the site and the look-ups that more than one endpoint needs."""

    def __init__(self, store: Store, options: Mapping[str, Any], clock: Clock) -> None:
        facts: Doc = json.loads(FACTS.read_text(encoding="utf-8"))
        self.facts = facts | dict(options.get("site", {}))
        self.options = options
        self.store = store
        self._clock = clock
        self.lag = Lag(float(options.get("search_lag", 0.5)) * 1000)
        self.projects = store.collection("projects")
        self.issues = store.collection("issues")
        self.versions = store.collection("versions")
        self.components = store.collection("components")
        self.worklogs = store.collection("worklogs")
        self.comments = store.collection("comments")
        self.links = store.collection("issuelinks")
        self.remote_links = store.collection("remotelinks")
        self.webhooks = store.collection("webhooks")
        self.history = store.collection("_changelog")
        self.lost_worklogs = store.collection("_lost_worklogs")
        self._index()

    def _index(self) -> None:
        self.projects.index("key", lambda doc: [doc["key"]])
        self.projects.index("name", lambda doc: [doc["name"].casefold()])
        self.issues.index("key", lambda doc: [doc["key"]])
        self.issues.index("project", lambda doc: [doc["project"]])
        self.issues.index("parent", lambda doc: [doc["parent"]] if doc["parent"] else [])
        for collection in (self.versions, self.components):
            collection.index("project", lambda doc: [doc["project"]])
        for collection in (self.worklogs, self.comments, self.remote_links, self.history):
            collection.index("issue", lambda doc: [doc["issue"]])
        self.links.index("issue", lambda doc: [doc["inward"], doc["outward"]])

    @property
    def now(self) -> int:
        """The time in milliseconds."""
        return int(self._clock.seconds() * 1000)

    def next_id(self) -> str:
        """A new id; no two records share one, of whatever kind they are."""
        return str(self.store.next_id("ids", start=20001))

    def fact(self, kind: str, id_: object) -> Doc:
        """A fixed record, such as a status or an issue type, by its id."""
        return self._by_id[kind][str(id_)]

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Doc]]:
        listed = {kind: value for kind, value in self.facts.items() if isinstance(value, list)}
        listed["users"] = [user | {"id": user["accountId"]} for user in listed["users"]]
        keyed = {"permissions": "key"}
        return {
            kind: {str(doc[keyed.get(kind, "id")]): doc for doc in docs}
            for kind, docs in listed.items()
        }

    def user(self, account: str | None) -> Doc | None:
        """A person by account id."""
        return self._by_id["users"].get(account or "")

    def project(self, ref: str) -> Doc | None:
        """A project by id or by exact key, whatever its state."""
        if ref.isdigit():
            return self.projects.get(ref)
        return next(iter(self.projects.by("key", ref)), None)

    def issue(self, ref: str) -> Doc | None:
        """An issue by id, or by key in any case."""
        if ref.isdigit():
            return self.issues.get(ref)
        return next(iter(self.issues.by("key", ref.upper())), None)

    def template(self, project: Doc) -> Doc:
        """The template a project was made from: its types, its workflow, its screen."""
        template: Doc = self.facts["templates"][project["template"]]
        return template

    def types(self, project: Doc) -> list[Doc]:
        """The issue types of a project, the highest level first."""
        return [self.fact("issueTypes", id_) for id_ in self.template(project)["issueTypes"]]

    def workflow(self, project: Doc) -> list[Doc]:
        """The statuses of a project in order, each with the transition that leads to it."""
        steps: list[Doc] = self.facts["workflows"][self.template(project)["workflow"]]
        return steps

    def category(self, status: str) -> Doc:
        """The category of a status: new, indeterminate or done."""
        return self._by_key[self.fact("statuses", status)["category"]]

    @cached_property
    def _by_key(self) -> dict[str, Doc]:
        return {doc["key"]: doc for doc in self.facts["statusCategories"]}

    def save(self, issue: Doc) -> None:
        """Keep an issue; the search index hears of it later."""
        self.lag.note(issue["id"], self.issues.get(issue["id"]), self.now)
        self.issues.put(issue["id"], issue)

    def drop(self, issue: Doc) -> None:
        """Forget an issue; the search index hears of it later."""
        self.lag.note(issue["id"], issue, self.now)
        self.issues.delete(issue["id"])

    def may_browse(self, user: Doc | None, project: Doc) -> bool:
        """Everybody with an account sees every project that is not in the trash."""
        return user is not None and project["state"] != TRASHED

    def may_administer(self, user: Doc, project: Doc) -> bool:
        """Administrators of the site, the lead, and whoever has the role in the project."""
        role = next(r for r in self.facts["roles"] if r["name"] == "Administrators")
        actors = project["actors"].get(str(role["id"]), [])
        account = user["accountId"]
        return (
            bool(user["admin"])
            or project["lead"] == account
            or any(actor["account"] == account for actor in actors)
        )
