"""The records of one Jira site, its fixed facts, and the rights of its users."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from testbed.vendors.common.clock import Clock, milliseconds
from testbed.vendors.common.state import Doc, Store

_FACTS = Path(__file__).parents[1] / "seed" / "jira.json"


class Site:
    """The records and facts, and the look-ups that several handlers need."""

    def __init__(self, store: Store, options: Mapping[str, Any], clock: Clock) -> None:
        facts: Doc = json.loads(_FACTS.read_text(encoding="utf-8"))
        self.facts = facts | dict(options.get("site", {}))
        self.store = store
        self._clock = clock
        self.projects = store.collection("projects")
        self.issues = store.collection("issues")
        self.versions = store.collection("versions")
        self.worklogs = store.collection("worklogs")
        self.deleted_worklogs = store.collection("deleted_worklogs")
        self.webhooks = store.collection("webhooks")
        self._users = {user["accountId"]: user for user in self.facts["users"]}
        self._issue_types: dict[str, Doc] = {t["id"]: t for t in self.facts["issueTypes"]}
        self._index()

    def _index(self) -> None:
        self.projects.index("key", lambda doc: [doc["key"]])
        self.projects.index("name", lambda doc: [doc["name"].casefold()])
        self.issues.index("key", lambda doc: [doc["key"]])
        self.issues.index("project", lambda doc: [doc["project"]])
        self.issues.index("parent", lambda doc: [doc["parent"]] if doc["parent"] else [])
        self.versions.index("project", lambda doc: [doc["project"]])
        self.worklogs.index("issue", lambda doc: [doc["issue"]])

    @property
    def now(self) -> int:
        """The time in milliseconds."""
        return milliseconds(self._clock.now())

    def next_id(self) -> str:
        """A new id; no two records share one, whatever their kinds."""
        return str(self.store.next_id("ids", start=20001))

    def user(self, account: str | None) -> Doc | None:
        return self._users.get(account or "")

    def user_of(self, actor: str) -> Doc | None:
        """The user whose calls are logged under this actor."""
        return next((user for user in self._users.values() if user["actor"] == actor), None)

    def project(self, ref: str) -> Doc | None:
        """A project by id or by exact key, also one in the trash."""
        if ref.isdigit():
            return self.projects.get(ref)
        return next(iter(self.projects.by("key", ref)), None)

    def issue(self, ref: str) -> Doc | None:
        """An issue by id, or by key in any case."""
        if ref.isdigit():
            return self.issues.get(ref)
        return next(iter(self.issues.by("key", ref.upper())), None)

    def template(self, project: Doc) -> Doc:
        """The template that a project was made from."""
        template: Doc = self.facts["templates"][project["template"]]
        return template

    def issue_type(self, id_: str) -> Doc:
        return self._issue_types[id_]

    def issue_types(self, project: Doc) -> list[Doc]:
        """The issue types of a project, the highest level first."""
        return [self._issue_types[id_] for id_ in self.template(project)["issueTypes"]]

    def may_browse(self, user: Doc | None, project: Doc) -> bool:
        """Every user sees every project that is not in the trash."""
        return user is not None and not project["trashed"]

    def may_administer(self, user: Doc, project: Doc) -> bool:
        """Administrators of the site administer every project; a lead administers their own."""
        return bool(user["admin"]) or project["lead"] == user["accountId"]
