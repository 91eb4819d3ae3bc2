"""Rate cards, and time entries with all their versions."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    op.create_table(
        "rate_cards",
        sa.Column("revision", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_rate_cards")),
    )
    op.create_table(
        "rates",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("seniority", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("price", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("cost", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_rates_currency")),
        sa.CheckConstraint("price >= 0 and cost >= 0", name=op.f("ck_rates_positive")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_rates_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["revision"], ["rate_cards.revision"], name=op.f("fk_rates_revision")
        ),
        sa.PrimaryKeyConstraint(
            "revision",
            "role",
            "seniority",
            "location",
            "currency",
            "valid_from",
            name=op.f("pk_rates"),
        ),
    )
    op.create_table(
        "time_entries",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("package", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False, comment="the PM's id of the person"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="as they were booked"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_approved_in_pm", sa.Boolean(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "adjusts",
            sa.Integer(),
            nullable=True,
            comment="the billed version that this one corrects",
        ),
        sa.Column("bill", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("seniority", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("rounding_method", sa.Text(), nullable=True),
        sa.Column("rounding_unit", sa.Integer(), nullable=True, comment="minutes"),
        sa.Column(
            "billed_minutes", sa.Integer(), nullable=True, comment="rounded once, at approval"
        ),
        sa.Column("price", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("net", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("currency", sa.CHAR(length=3), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_time_entries_currency")),
        sa.CheckConstraint(
            "state <> 'booked' or approved_at is null", name=op.f("ck_time_entries_booked_has_none")
        ),
        sa.CheckConstraint(
            "state in ('booked', 'approved', 'billed', 'adjusted', 'replaced', 'deleted')",
            name=op.f("ck_time_entries_state"),
        ),
        sa.CheckConstraint(
            "state not in ('approved', 'billed', 'adjusted') or approved_at is not null",
            name=op.f("ck_time_entries_approved_has_price"),
        ),
        sa.CheckConstraint("minutes >= 0 and version >= 1", name=op.f("ck_time_entries_positive")),
        sa.CheckConstraint(
            "num_nonnulls(role, seniority, location, rounding_method, rounding_unit,"
            " billed_minutes, price, net, currency, approved_at) in (0, 10)",
            name=op.f("ck_time_entries_approved_whole"),
        ),
        sa.PrimaryKeyConstraint(
            "system", "tenant", "entry", "deal", "version", name=op.f("pk_time_entries")
        ),
    )
    op.create_index(
        "ix_time_entries_booked",
        "time_entries",
        ["recorded_at"],
        unique=False,
        postgresql_where=sa.text("state = 'booked'"),
    )
    op.create_index("ix_time_entries_day", "time_entries", ["day"], unique=False)
    op.create_index("ix_time_entries_deal", "time_entries", ["deal", "day"], unique=False)
    op.create_index(
        "ix_time_entries_since",
        "time_entries",
        ["since"],
        unique=False,
        postgresql_where=sa.text("approved_at is not null or adjusts is not null"),
    )
    op.create_index(
        "uq_time_entries_billed",
        "time_entries",
        ["system", "tenant", "entry", "deal"],
        unique=True,
        postgresql_where=sa.text("state = 'billed'"),
    )
    op.create_index(
        "uq_time_entries_open",
        "time_entries",
        ["system", "tenant", "entry", "deal"],
        unique=True,
        postgresql_where=sa.text("state in ('booked', 'approved')"),
    )


def downgrade() -> None:
    for table in ("time_entries", "rates", "rate_cards"):
        op.drop_table(table)
