"""Projects and their parts, as they are in Redmine's database."""

from collections.abc import Sequence
from dataclasses import dataclass

from testbed.systems.common.system import Place
from testbed.systems.count.record import Record, ask

# Our mark on a record of some kind; a project that is archived (9) is taken back, with all in it.
_MARKS = """
    WITH marks AS (
        SELECT customized_type AS kind, customized_id AS id, value AS mark
        FROM custom_values JOIN custom_fields field ON field.id = custom_field_id
        WHERE field.name = 'cashward_key' AND value <> ''
    ), alive AS (
        SELECT projects.id, coalesce(mark, '') AS mark,
               regexp_replace(coalesce(mark, ''), '^cw:[^:]+:', '') AS deal
        FROM projects LEFT JOIN marks ON marks.kind = 'Project' AND marks.id = projects.id
        WHERE status <> 9
    )
"""
_PROJECTS = "SELECT 'project' AS kind, id::text, mark FROM alive"
_VERSIONS = """
    SELECT 'milestone' AS kind, versions.id::text, coalesce(marks.mark, '') AS mark,
           alive.deal AS within, status = 'closed' AS is_closed
    FROM versions JOIN alive ON alive.id = project_id
    LEFT JOIN marks ON marks.kind = 'Version' AND marks.id = versions.id
"""
_ISSUES = """
    SELECT 'work package' AS kind, issues.id::text, coalesce(marks.mark, '') AS mark,
           alive.deal AS within
    FROM issues JOIN alive ON alive.id = project_id
    LEFT JOIN marks ON marks.kind = 'Issue' AND marks.id = issues.id
"""
# These bear no mark; it is that of their project, and what tells them apart within it.
_MEMBERSHIPS = """
    SELECT 'membership' AS kind, members.id::text,
           coalesce(nullif(mark, '') || ':user ' || user_id, '') AS mark
    FROM members JOIN alive ON alive.id = project_id
"""
_PAGES = """
    SELECT 'wiki page' AS kind, page.id::text,
           coalesce(nullif(mark, '') || ':' || title, '') AS mark
    FROM wiki_pages page JOIN wikis ON wikis.id = wiki_id JOIN alive ON alive.id = project_id
"""


@dataclass(frozen=True, kw_only=True)
class Version(Record):
    """A milestone, reached once it is closed."""

    is_closed: bool


@dataclass(frozen=True, kw_only=True)
class Pm:
    """All projects that are not archived, and their parts."""

    projects: Sequence[Record]
    versions: Sequence[Version]
    issues: Sequence[Record]
    memberships: Sequence[Record]
    pages: Sequence[Record]

    @property
    def all(self) -> tuple[Sequence[Record], ...]:
        return self.projects, self.versions, self.issues, self.memberships, self.pages


def read_pm(place: Place) -> Pm:
    def records(sql: str) -> list[Record]:
        return ask(place, Record, _MARKS + sql)

    return Pm(
        projects=records(_PROJECTS),
        versions=ask(place, Version, _MARKS + _VERSIONS),
        issues=records(_ISSUES),
        memberships=records(_MEMBERSHIPS),
        pages=records(_PAGES),
    )
