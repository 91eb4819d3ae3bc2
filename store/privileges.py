"""What each role may do in the database. The migrator owns the tables and grants the rest.

The roles are groups without a login; the worker connects as a member of the application's.
"""

from typing import Final

from sqlalchemy import Connection, text

APPLICATION: Final = "cashward_application"
AUDITOR: Final = "cashward_auditor"

MAY: Final = {
    "alembic_version": "select",
    "attention": "select, insert, update",
    "audit_seals": "select, insert",
    "audit_trail": "select, insert",
    "bills": "select, insert, update",
    "charges": "select, insert, update",
    "claims": "select, insert, update",
    "contract_revisions": "select, insert",
    "contracts": "select, insert, update",
    "credit_notes": "select, insert",
    "cursors": "select, insert, update",
    "deals": "select, insert, update",
    "documents": "select, insert, update",
    "effects": "select, insert, update",
    "epochs": "select, insert",
    "installation": "select, insert",
    "links": "select, insert, delete",
    "rate_cards": "select, insert",
    "rates": "select, insert",
    "time_entries": "select, insert, update",
    "receivables": "select",
    "unbilled": "select",
}
"""What the application's statements need, and no more."""

_ROLE: Final = """
do $$ begin
    create role {role} nologin;
exception
    when duplicate_object or unique_violation or insufficient_privilege then null;
end $$
"""


def grant(connection: Connection) -> None:
    """Create the roles if this role may, and grant what those that exist may do."""
    for role in (APPLICATION, AUDITOR):
        connection.execute(text(_ROLE.format(role=role)))
    connection.execute(text("revoke create on schema public from public"))
    known = set(
        connection.scalars(text("select rolname from pg_roles where rolname ~ '^cashward'"))
    )
    if APPLICATION in known:
        _grant(connection, APPLICATION, MAY)
        connection.execute(text(f"grant usage on sequence audit_trail_id_seq to {APPLICATION}"))
    if AUDITOR in known:
        _grant(connection, AUDITOR, dict.fromkeys(MAY, "select"))


def _grant(connection: Connection, role: str, may: dict[str, str]) -> None:
    connection.execute(text(f"grant usage on schema public to {role}"))
    connection.execute(text(f"revoke all on all tables in schema public from {role}"))
    for table, privileges in may.items():
        connection.execute(text(f"grant {privileges} on {table} to {role}"))
