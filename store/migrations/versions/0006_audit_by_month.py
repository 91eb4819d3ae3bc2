"""The audit trail in a table for each month, narrower, and sealed; a row of an effect that is lean.

Workers of the release before still write to `audit`: a trigger puts their entries where ours are.
"""

# ruff: noqa: S608 - the statements are put together from constants

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0006"
down_revision: Final = "0005"
branch_labels: Final = None
depends_on: Final = None

_COLUMNS: Final = (
    "at, attempt, deal, entity, key, from_state, to_state, what,"
    " workflow, actor, actor_name, verified_by, command, outcome, reason"
)
_FROM_BEFORE: Final = """
    {row}.at, {row}.attempt, {row}.deal,
    case {row}.entity when 'effect' then split_part({row}.key, ' ', 1) else {row}.entity end,
    case when keys.key = {row}.deal or starts_with(keys.key, {row}.deal || ':')
        then substr(keys.key, length({row}.deal) + 1) else keys.key end,
    nullif({row}.from_state, ''), nullif({row}.to_state, ''), {row}.what,
    nullif({row}.workflow, ''),
    nullif({row}.actor, 'cashward'), nullif({row}.actor_name, 'cashward'),
    nullif({row}.verified_by, 'cashward'),
    nullif({row}.command, ''), nullif({row}.outcome, ''), nullif({row}.reason, '')
"""
_KEY_BEFORE: Final = """
    (select case {row}.entity when 'effect'
        then regexp_replace(substr({row}.key, strpos({row}.key, ' ') + 1), ' in [^ ]* [^ ]*$', '')
        else {row}.key end as key) as keys
"""
_FORWARD: Final = f"""
create function forward_to_audit_trail() returns trigger language plpgsql as $$
begin
    insert into audit_trail ({_COLUMNS})
    select {_FROM_BEFORE.format(row="new")} from {_KEY_BEFORE.format(row="new")}
    on conflict do nothing;
    return null;
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
_MONTHS: Final = """
select add_audit_month(month::date) from generate_series(
    date_trunc('month', coalesce((select min(at) from audit), now()) at time zone 'UTC'),
    date_trunc('month', now() at time zone 'UTC'), '1 month'
) as month
"""


def upgrade() -> None:
    op.execute("create sequence audit_trail_id_seq")
    op.create_table(
        "audit_trail",
        sa.Column(
            "id",
            sa.BigInteger(),
            server_default=sa.text("nextval('audit_trail_id_seq'::regclass)"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer()),
        sa.Column("deal", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False, comment="of an effect, its kind"),
        sa.Column(
            "key", sa.Text(), nullable=False, comment="what the deal's id begins, without that id"
        ),
        sa.Column("from_state", sa.Text()),
        sa.Column("to_state", sa.Text()),
        sa.Column(
            "what",
            postgresql.JSONB(),
            nullable=False,
            comment="every field that changed, as it became",
        ),
        sa.Column("workflow", sa.Text()),
        sa.Column("actor", sa.Text(), comment="who caused it; null is Cashward itself"),
        sa.Column("actor_name", sa.Text()),
        sa.Column("verified_by", sa.Text(), comment="who vouches for the actor"),
        sa.Column("command", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint(
            "(command is null) = (outcome is null)", name=op.f("ck_audit_trail_command_has_outcome")
        ),
        sa.CheckConstraint(
            "outcome in ('accepted', 'refused', 'failed')", name=op.f("ck_audit_trail_outcome")
        ),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index(op.f("ix_audit_trail_deal"), "audit_trail", ["deal"])
    op.create_index("ix_audit_trail_id", "audit_trail", ["id"], postgresql_using="brin")
    op.execute(
        "create trigger only_grows before update or delete on audit_trail"
        " for each row execute function refuse_change()"
    )
    op.execute(
        "create trigger only_grows_whole before truncate on audit_trail"
        " for each statement execute function refuse_change()"
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
        sa.Column("detached_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("month", "through", name=op.f("pk_audit_seals")),
    )
    _take_over()
    op.alter_column("effects", "operation_timeout", nullable=True)
    # Links say it already. Without an index on what changes, an update stays within its page.
    op.drop_index("uq_effects_system_tenant_kind_external_id", "effects")
    op.drop_index("ix_effects_kind_changed_at", "effects")
    op.create_index("ix_effects_changed_at", "effects", ["changed_at"], postgresql_using="brin")
    op.execute("alter table effects set (fillfactor = 93)")


def _take_over() -> None:
    """Move the entries, and leave `audit` as the door of the release before."""
    op.execute(_GUARD_MONTH)
    op.execute(_ADD_MONTH)
    op.execute("create table audit_trail_others partition of audit_trail default")
    op.execute("select guard_audit_month('audit_trail_others')")
    op.execute(_MONTHS)
    op.execute(
        f"insert into audit_trail ({_COLUMNS})"
        f" select {_FROM_BEFORE.format(row='audit')}"
        f" from audit, lateral {_KEY_BEFORE.format(row='audit')} order by id"
    )
    op.execute("drop trigger only_grows on audit")
    op.execute("truncate audit")
    op.execute(_FORWARD)
    op.execute(
        "create trigger forward before insert on audit"
        " for each row execute function forward_to_audit_trail()"
    )


def downgrade() -> None:
    op.execute("drop trigger forward on audit")
    op.execute("drop function forward_to_audit_trail()")
    op.drop_table("audit_seals")
    op.drop_table("audit_trail")
    op.execute("drop sequence audit_trail_id_seq")
    op.execute("drop function add_audit_month(date), guard_audit_month(text)")
    op.execute(
        "create trigger only_grows before update or delete or truncate on audit"
        " for each statement execute function refuse_change()"
    )
    op.execute("update effects set operation_timeout = '0' where operation_timeout is null")
    op.alter_column("effects", "operation_timeout", nullable=False)
    op.execute("alter table effects reset (fillfactor)")
    op.drop_index("ix_effects_changed_at", "effects")
    op.create_index("ix_effects_kind_changed_at", "effects", ["kind", "changed_at"])
    op.create_index(
        "uq_effects_system_tenant_kind_external_id",
        "effects",
        ["system", "tenant", "kind", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id is not null and strategy <> 'upsert'"),
    )
