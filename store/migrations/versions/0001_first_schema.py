"""The first schema: the books, effects, links, attention, cursors, an append-only audit trail."""

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
_ADD_MONTH: Final = """
create function add_audit_month(month date) returns void language plpgsql as $$
declare
    name text := to_char(month, '"audit_trail_"YYYY_MM');
begin
    if to_regclass(name) is null then
        execute format(
            'create table %I partition of audit_trail for values from (%L) to (%L)',
            name, month || ' 00:00+00', (month + interval '1 month')::date || ' 00:00+00'
        );
        perform guard_audit_month(name);
    end if;
exception when check_violation then
    null; -- entries of this month are in the default partition already: they stay there
end
$$
"""
_GUARD_MONTH: Final = """
create function guard_audit_month(name text) returns void language plpgsql as $$
begin
    execute format(
        $sql$create unique index %I on %I (key, outcome) where entity = 'command'$sql$,
        'uq_' || name || '_command', name
    );
    execute format(
        'create trigger only_grows_whole before truncate on %I'
        ' for each statement execute function refuse_change()', name
    );
end
$$
"""
_RECEIVABLES: Final = """
create view receivables as
select documents.deal, contracts.customer, documents.bill, documents.number, documents.issued_on,
    documents.due_on, documents.gross, documents.paid, documents.credited,
    documents.gross - documents.paid - documents.credited as outstanding,
    documents.currency, documents.url
from documents
join contracts on contracts.deal = documents.deal
where documents.state = 'open'
"""
_UNBILLED: Final = """
create view unbilled as
select charges.deal, contracts.customer, charges.id as charge, charges.description, charges.net,
    charges.currency, charges.due, charges.state, charges.reason, charges.responsible,
    charges.since
from charges
join contracts on contracts.deal = charges.deal and contracts.ended_at is null
where charges.state in ('planned', 'billable', 'held', 'drafted')
    and not exists (
        select from charges as newer
        where newer.deal = charges.deal and newer.id = charges.id
            and newer.revision > charges.revision)
"""


def upgrade() -> None:
    op.execute("create sequence audit_trail_id_seq")
    _add_records()
    _add_books()
    # A contract and its first revision name each other.
    op.create_foreign_key(
        "fk_contracts_revision",
        "contracts",
        "contract_revisions",
        ["deal", "revision"],
        ["deal", "number"],
    )
    # Without an index on what changes, an update stays within its page.
    op.execute("alter table effects set (fillfactor = 93)")
    op.execute(_RECEIVABLES)
    op.execute(_UNBILLED)
    _let_the_trail_only_grow()


def _add_records() -> None:
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
        "audit_seals",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False, comment="the last id that it covers"),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column(
            "digest",
            sa.Text(),
            nullable=False,
            comment="of the month's seal before, and the entries",
        ),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detached_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("month", "through", name=op.f("pk_audit_seals")),
    )
    op.create_table(
        "audit_trail",
        sa.Column(
            "id",
            sa.BigInteger(),
            server_default=sa.text("nextval('audit_trail_id_seq'::regclass)"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False, comment="of an effect, its kind"),
        sa.Column(
            "key", sa.Text(), nullable=False, comment="what the deal's id begins, without that id"
        ),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column(
            "what",
            postgresql.JSONB(),
            nullable=False,
            comment="every field that changed, as it became",
        ),
        sa.Column("workflow", sa.Text(), nullable=True),
        sa.Column(
            "actor", sa.Text(), nullable=True, comment="who caused it; null is Cashward itself"
        ),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True, comment="who vouches for the actor"),
        sa.Column("command", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome in ('accepted', 'refused', 'failed')", name=op.f("ck_audit_trail_outcome")
        ),
        sa.CheckConstraint(
            "(command is null) = (outcome is null)", name=op.f("ck_audit_trail_command_has_outcome")
        ),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(op.f("ix_audit_trail_deal"), "audit_trail", ["deal"], unique=False)
    op.create_index(
        "ix_audit_trail_id", "audit_trail", ["id"], unique=False, postgresql_using="brin"
    )
    op.create_table(
        "cursors",
        sa.Column("poll", sa.Text(), nullable=False),
        sa.Column("read_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("poll", name=op.f("pk_cursors")),
    )
    op.create_table(
        "deals",
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column(
            "aliases",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="of the CRM",
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "life",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="1, and 1 more when again",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'carried') = (ended_at is null)", name=op.f("ck_deals_ended_has_time")
        ),
        sa.CheckConstraint(
            "state in ('carried', 'closed', 'cancelled')", name=op.f("ck_deals_state")
        ),
        sa.CheckConstraint("life >= 1", name=op.f("ck_deals_life")),
        sa.PrimaryKeyConstraint("deal", name=op.f("pk_deals")),
    )
    op.create_index(
        "ix_deals_aliases",
        "deals",
        ["aliases"],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("aliases <> '{}'"),
    )
    op.create_table(
        "effects",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("first_sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("others_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_tainted", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column(
            "strays", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("proof", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("strategy", sa.Text(), server_default="", nullable=False),
        sa.Column("operation_timeout", sa.Interval(), nullable=True),
        sa.Column("workflow", sa.Text(), server_default="", nullable=False),
        sa.Column("run", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "epoch",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="when it was last true",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="grows with every write"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('planned', 'in_flight', 'uncertain', 'refused',"
            " 'confirmed', 'done', 'reversing', 'reversed')",
            name=op.f("ck_effects_state"),
        ),
        sa.CheckConstraint(
            "state not in ('confirmed', 'done') or external_id is not null",
            name=op.f("ck_effects_confirmed_has_id"),
        ),
        sa.CheckConstraint("attempt >= 0 and generation >= 1", name=op.f("ck_effects_counts_up")),
        sa.PrimaryKeyConstraint("system", "tenant", "kind", "subject", name=op.f("pk_effects")),
    )
    op.create_index(
        "ix_effects_changed_at", "effects", ["changed_at"], unique=False, postgresql_using="brin"
    )
    op.create_index(op.f("ix_effects_deal"), "effects", ["deal"], unique=False)
    op.create_table(
        "epochs",
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="no later effect is believed",
        ),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_epochs")),
    )
    op.create_table(
        "installation",
        sa.Column("is_only", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("is_only", name=op.f("ck_installation_one_row")),
        sa.PrimaryKeyConstraint("is_only", name=op.f("pk_installation")),
    )
    op.create_table(
        "links",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), server_default="", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "system", "tenant", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_deal"), "links", ["deal"], unique=False)
    op.create_index(
        "uq_links_external_id",
        "links",
        ["system", "tenant", "kind", "external_id"],
        unique=True,
        postgresql_where=sa.text("kind <> 'erp.customer.tie'"),
    )
    op.create_table(
        "rate_cards",
        sa.Column("revision", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_rate_cards")),
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
            "num_nonnulls(role, seniority, location, rounding_method,"
            " rounding_unit, billed_minutes, price, net, currency,"
            " approved_at) in (0, 10)",
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


def _add_books() -> None:
    op.create_table(
        "contracts",
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="the one in force"),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="grows with every write, of its bills too",
        ),
        sa.ForeignKeyConstraint(["deal"], ["deals.deal"], name=op.f("fk_contracts_deal")),
        sa.PrimaryKeyConstraint("deal", name=op.f("pk_contracts")),
    )
    op.create_index(op.f("ix_contracts_customer"), "contracts", ["customer"], unique=False)
    op.create_index(
        "ix_contracts_ended",
        "contracts",
        ["ended_at"],
        unique=False,
        postgresql_where=sa.text("ended_at is not null and archived_at is null"),
    )
    op.create_index(
        "ix_contracts_live",
        "contracts",
        ["deal"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
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
        "bills",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('claimed', 'permitted', 'issued', 'voided', 'credited', 'released')",
            name=op.f("ck_bills_state"),
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_bills_revision")),
        sa.ForeignKeyConstraint(["deal"], ["contracts.deal"], name=op.f("fk_bills_deal")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_bills")),
        sa.UniqueConstraint("deal", "key", "revision", name=op.f("uq_bills_deal_key_revision")),
    )
    op.create_table(
        "charges",
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("unit_price", sa.Numeric(), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("tax", sa.Numeric(precision=20, scale=4), nullable=True),
        sa.Column(
            "currency", sa.CHAR(length=3), nullable=False, comment="of every amount in the row"
        ),
        sa.Column("tax_class", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("part_of", sa.Text(), nullable=True, comment="the charge that it is billed with"),
        sa.Column("source_system", sa.Text(), server_default="", nullable=False),
        sa.Column("source_id", sa.Text(), server_default="", nullable=False),
        sa.Column("source_version", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("responsible", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_charges_currency")),
        sa.CheckConstraint(
            "state in ('planned', 'billable', 'held', 'drafted', 'issued', 'paid',"
            " 'credited', 'cancelled')",
            name=op.f("ck_charges_state"),
        ),
        sa.CheckConstraint(
            "num_nulls(period_from, period_to) <> 1", name=op.f("ck_charges_whole_period")
        ),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_charges_period")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_charges_revision")),
        sa.ForeignKeyConstraint(["deal"], ["contracts.deal"], name=op.f("fk_charges_deal")),
        sa.PrimaryKeyConstraint("deal", "id", "revision", name=op.f("pk_charges")),
    )
    op.create_index(
        "ix_charges_planned",
        "charges",
        ["deal"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_charges_unbilled",
        "charges",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state in ('planned', 'billable', 'held', 'drafted')"),
    )
    op.create_table(
        "contract_revisions",
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("source_system", sa.Text(), server_default="", nullable=False),
        sa.Column("source_id", sa.Text(), server_default="", nullable=False),
        sa.Column("source_version", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_contract_revisions_currency")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_contract_revisions_number")),
        sa.ForeignKeyConstraint(
            ["deal"], ["contracts.deal"], name=op.f("fk_contract_revisions_deal")
        ),
        sa.PrimaryKeyConstraint("deal", "number", name=op.f("pk_contract_revisions")),
    )
    op.create_table(
        "claims",
        sa.Column("bill", sa.Text(), nullable=False),
        sa.Column("charge", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("charge_revision", sa.Integer(), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_claims_currency")),
        sa.CheckConstraint(
            "state in ('claimed', 'permitted', 'issued', 'voided', 'credited', 'released')",
            name=op.f("ck_claims_state"),
        ),
        sa.ForeignKeyConstraint(["bill"], ["bills.subject"], name=op.f("fk_claims_bill")),
        sa.ForeignKeyConstraint(
            ["deal", "charge", "charge_revision"],
            ["charges.deal", "charges.id", "charges.revision"],
            name="fk_claims_charge",
        ),
        sa.PrimaryKeyConstraint("bill", "charge", name=op.f("pk_claims")),
    )
    op.create_index(
        "uq_claims_live",
        "claims",
        ["deal", "charge"],
        unique=True,
        postgresql_where=sa.text("state in ('claimed', 'permitted', 'issued')"),
    )
    op.create_table(
        "documents",
        sa.Column("bill", sa.Text(), nullable=False),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("tax", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("gross", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("paid", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("credited", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column(
            "currency", sa.CHAR(length=3), nullable=False, comment="of every amount in the row"
        ),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("pdf", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_documents_currency")),
        sa.CheckConstraint(
            "state = 'voided' or (state = 'settled') = (gross = paid + credited)",
            name=op.f("ck_documents_settled"),
        ),
        sa.CheckConstraint(
            "state in ('open', 'settled', 'voided')", name=op.f("ck_documents_state")
        ),
        sa.CheckConstraint("net + tax = gross", name=op.f("ck_documents_adds_up")),
        sa.ForeignKeyConstraint(["bill"], ["bills.subject"], name=op.f("fk_documents_bill")),
        sa.ForeignKeyConstraint(["deal"], ["contracts.deal"], name=op.f("fk_documents_deal")),
        sa.PrimaryKeyConstraint("bill", name=op.f("pk_documents")),
    )
    op.create_index(
        "ix_documents_open",
        "documents",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "credit_notes",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("bill", sa.Text(), nullable=False),
        sa.Column("net", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("charges", postgresql.ARRAY(sa.Text()), nullable=False, comment="that it frees"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_credit_notes_currency")),
        sa.CheckConstraint("net > 0", name=op.f("ck_credit_notes_positive")),
        sa.ForeignKeyConstraint(["bill"], ["documents.bill"], name=op.f("fk_credit_notes_bill")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_credit_notes")),
    )
    op.create_index(op.f("ix_credit_notes_bill"), "credit_notes", ["bill"], unique=False)


def _let_the_trail_only_grow() -> None:
    for each in (_ONLY_GROWS, _GUARD_MONTH, _ADD_MONTH):
        op.execute(each)
    op.execute(
        "create trigger only_grows before update or delete on audit_trail"
        " for each row execute function refuse_change()"
    )
    op.execute(
        "create trigger only_grows_whole before truncate on audit_trail"
        " for each statement execute function refuse_change()"
    )
    op.execute("create table audit_trail_others partition of audit_trail default")
    op.execute("select guard_audit_month('audit_trail_others')")


def downgrade() -> None:
    op.execute("drop view receivables, unbilled")
    op.drop_constraint("fk_contracts_revision", "contracts", type_="foreignkey")
    for table in (
        "credit_notes",
        "documents",
        "claims",
        "contract_revisions",
        "charges",
        "bills",
        "rates",
        "contracts",
        "time_entries",
        "rate_cards",
        "links",
        "installation",
        "epochs",
        "effects",
        "deals",
        "cursors",
        "audit_trail",
        "audit_seals",
        "attention",
    ):
        op.drop_table(table)
    op.execute("drop function add_audit_month(date), guard_audit_month(text), refuse_change()")
    op.execute("drop sequence audit_trail_id_seq")
