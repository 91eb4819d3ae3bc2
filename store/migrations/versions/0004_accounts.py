"""An effect and a link belong to one account of a system; a database to one installation."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"
branch_labels: Final = None
depends_on: Final = None

_ID: Final = "external_id"
_ELECTED: Final = sa.text("external_id is not null and strategy <> 'upsert'")


def upgrade() -> None:
    for table in ("effects", "links"):
        op.add_column(table, sa.Column("tenant", sa.Text(), server_default="", nullable=False))
    _identify(
        effects=["system", "tenant", "kind", "subject"],
        links=["kind", "key", "system", "tenant"],
        unique=["system", "tenant", "kind", _ID],
        was=["system", "kind", _ID],
    )
    op.create_table(
        "installation",
        sa.Column("is_only", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_only", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_installation")),
    )


def downgrade() -> None:
    op.drop_table("installation")
    _identify(
        effects=["kind", "subject"],
        links=["kind", "key", "system"],
        unique=["system", "kind", _ID],
        was=["system", "tenant", "kind", _ID],
    )
    for table in ("effects", "links"):
        op.drop_column(table, "tenant")


def _identify(*, effects: list[str], links: list[str], unique: list[str], was: list[str]) -> None:
    for table, columns in (("effects", effects), ("links", links)):
        op.drop_constraint(op.f(f"pk_{table}"), table, type_="primary")
        op.create_primary_key(op.f(f"pk_{table}"), table, columns)
    op.drop_constraint(op.f(f"uq_links_{'_'.join(was)}"), "links", type_="unique")
    op.create_unique_constraint(op.f(f"uq_links_{'_'.join(unique)}"), "links", unique)
    op.drop_index(f"uq_effects_{'_'.join(was)}", "effects")
    name = f"uq_effects_{'_'.join(unique)}"
    op.create_index(name, "effects", unique, unique=True, postgresql_where=_ELECTED)
