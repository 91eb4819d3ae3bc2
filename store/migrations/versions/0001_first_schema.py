"""The first schema: effects, contracts, claims, links, attention, cursors, an append-only audit."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0001"
down_revision: Final = None
branch_labels: Final = None
depends_on: Final = None

_ONLY_GROWS: Final = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% only grows: % is refused', tg_table_name, tg_op
        using errcode = 'insufficient_privilege';
end
$$
"""
_TRIGGER: Final = """
create trigger only_grows before update or delete or truncate on audit
    for each statement execute function refuse_change()
"""


def upgrade() -> None:
    op.create_table(
        "attention",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("responsible", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("choices", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("decision", postgresql.JSONB(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decision is null) = (resolved_at is null)",
            name=op.f("ck_attention_resolved_has_decision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention")),
    )
    op.create_index(op.f("ix_attention_deal"), "attention", ["deal"], unique=False)
    op.create_index("ix_attention_workflow", "attention", ["workflow", "key"], unique=False)
    op.create_index(
        "uq_attention_open",
        "attention",
        ["workflow", "key"],
        unique=True,
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), server_default="", nullable=False),
        sa.Column("to_state", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column(
            "what",
            postgresql.JSONB(),
            nullable=False,
            comment="every field that changed, as it is now",
        ),
        sa.Column("workflow", sa.Text(), server_default="", nullable=False),
        sa.Column("run", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "actor",
            sa.Text(),
            nullable=False,
            comment="who caused it, by a name that never changes",
        ),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("verified_by", sa.Text(), nullable=False, comment="who vouches for the actor"),
        sa.Column("command", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(command = '') = (outcome = '')", name=op.f("ck_audit_command_has_outcome")
        ),
        sa.CheckConstraint(
            "outcome in ('', 'accepted', 'refused', 'failed')", name=op.f("ck_audit_outcome")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(
        "uq_audit_command",
        "audit",
        ["key", "outcome"],
        unique=True,
        postgresql_where=sa.text("entity = 'command'"),
    )
    op.create_index("ix_audit_deal", "audit", ["deal", "id"], unique=False)
    op.create_index("ix_audit_entity_key", "audit", ["entity", "key"], unique=False)
    op.create_table(
        "contracts",
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="grows with every write, of its claims too",
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_contracts_currency")),
        sa.CheckConstraint("items >= 0", name=op.f("ck_contracts_items")),
        sa.PrimaryKeyConstraint("deal", name=op.f("pk_contracts")),
    )
    op.create_index(op.f("ix_contracts_customer"), "contracts", ["customer"], unique=False)
    op.create_table(
        "cursors",
        sa.Column("poll", sa.Text(), nullable=False),
        sa.Column("read_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("poll", name=op.f("pk_cursors")),
    )
    op.create_table(
        "effects",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("first_sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_tainted", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("proof", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("strategy", sa.Text(), server_default="", nullable=False),
        sa.Column("operation_timeout", sa.Interval(), nullable=False),
        sa.Column("workflow", sa.Text(), server_default="", nullable=False),
        sa.Column("run", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="grows with every write"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'in_flight', 'uncertain', 'refused',"
            " 'confirmed', 'done', 'reversed')",
            name=op.f("ck_effects_state"),
        ),
        sa.CheckConstraint(
            "state not in ('confirmed', 'done') or external_id is not null",
            name=op.f("ck_effects_confirmed_has_id"),
        ),
        sa.CheckConstraint("attempt >= 0 and generation >= 1", name=op.f("ck_effects_counts_up")),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_effects")),
    )
    op.create_index(op.f("ix_effects_deal"), "effects", ["deal"], unique=False)
    op.create_index(
        "uq_effects_system_kind_external_id",
        "effects",
        ["system", "kind", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id is not null and strategy <> 'upsert'"),
    )
    op.create_table(
        "links",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "system", name=op.f("pk_links")),
        sa.UniqueConstraint(
            "system", "kind", "external_id", name=op.f("uq_links_system_kind_external_id")
        ),
    )
    op.create_index(op.f("ix_links_deal"), "links", ["deal"], unique=False)
    op.create_table(
        "claims",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column(
            "currency", sa.CHAR(length=3), nullable=False, comment="of every amount in the row"
        ),
        sa.Column("credited", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("paid", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("issued_on", sa.Text(), server_default="", nullable=False),
        sa.Column("billed_net", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("billed_tax", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("billed_gross", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("pdf", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state in ('issued', 'credited'))"
            " = (num_nonnulls(document, billed_net, billed_tax, billed_gross) = 4)",
            name=op.f("ck_claims_issued_has_proof"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_claims_currency")),
        sa.CheckConstraint(
            "state in ('claimed', 'permitted', 'issued', 'credited', 'released')",
            name=op.f("ck_claims_state"),
        ),
        sa.CheckConstraint(
            "billed_net = net and billed_net + billed_tax = billed_gross",
            name=op.f("ck_claims_adds_up"),
        ),
        sa.CheckConstraint(
            "credited between 0 and net", name=op.f("ck_claims_credited_at_most_net")
        ),
        sa.CheckConstraint("net >= 0 and revision >= 1", name=op.f("ck_claims_positive")),
        sa.ForeignKeyConstraint(["deal"], ["contracts.deal"], name=op.f("fk_claims_deal")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_deal"), "claims", ["deal"], unique=False)
    op.create_index(
        "uq_claims_live_item",
        "claims",
        ["deal", "item"],
        unique=True,
        postgresql_where=sa.text("state not in ('released', 'credited')"),
    )
    op.create_table(
        "credit_notes",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_credit_notes_currency")),
        sa.CheckConstraint("net > 0", name=op.f("ck_credit_notes_positive")),
        sa.ForeignKeyConstraint(["claim"], ["claims.subject"], name=op.f("fk_credit_notes_claim")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_credit_notes")),
    )
    op.create_index(op.f("ix_credit_notes_claim"), "credit_notes", ["claim"], unique=False)
    op.execute(_ONLY_GROWS)
    op.execute(_TRIGGER)


def downgrade() -> None:
    for table in (
        "credit_notes",
        "claims",
        "links",
        "effects",
        "cursors",
        "contracts",
        "audit",
        "attention",
    ):
        op.drop_table(table)
    op.execute("drop function refuse_change()")
