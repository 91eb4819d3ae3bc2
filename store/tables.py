"""The tables of our own records. Their constraints hold whoever writes to them."""

from typing import Final

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Interval,
    MetaData,
    Numeric,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_VERSION: Final = "grows with every write"
_CURRENCY: Final = "currency ~ '^[A-Z]{3}$'"
_CHARGE_STATES: Final = (
    "'planned', 'billable', 'held', 'drafted', 'issued', 'paid', 'credited', 'cancelled'"
)
_CLAIM_STATES: Final = "'claimed', 'permitted', 'issued', 'voided', 'credited', 'released'"


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _amount(name: str, *, nullable: bool = False) -> Column[object]:
    """Return an exact decimal column: four places hold the minor unit of every currency."""
    return Column(name, Numeric(20, 4), nullable=nullable)


effects: Final = Table(
    "effects",
    metadata,
    Column("system", Text, primary_key=True),
    Column("tenant", Text, primary_key=True, server_default=""),
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("deal", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    _moment("first_sent", nullable=True),
    _moment("until", nullable=True),
    _moment("others_until", nullable=True),
    Column("key_tainted", Boolean, nullable=False),
    Column("external_id", Text),
    _text("url"),
    Column("parts", JSONB, nullable=False),
    Column("strays", JSONB, nullable=False, server_default="[]"),
    Column("proof", JSONB, nullable=False),
    _text("reason"),
    _text("strategy"),
    Column("operation_timeout", Interval),
    _text("workflow"),
    _text("run"),
    Column("epoch", Integer, nullable=False, server_default="0", comment="when it was last true"),
    Column("version", Integer, nullable=False, comment=_VERSION),
    _moment("changed_at"),
    CheckConstraint(
        "state in ('planned', 'in_flight', 'uncertain', 'refused',"
        " 'confirmed', 'done', 'reversing', 'reversed')",
        name="state",
    ),
    CheckConstraint(
        "state not in ('confirmed', 'done') or external_id is not null", name="confirmed_has_id"
    ),
    CheckConstraint("attempt >= 0 and generation >= 1", name="counts_up"),
    Index("ix_effects_changed_at", "changed_at", postgresql_using="brin"),
)
"""What an effect made is in `links` too, whose constraints keep it from being two effects'."""

epochs: Final = Table(
    "epochs",
    metadata,
    Column("number", Integer, Identity(always=True), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False, comment="no later effect is believed"),
    _moment("raised_at"),
)

deals: Final = Table(
    "deals",
    metadata,
    Column("deal", Text, primary_key=True),
    Column("aliases", ARRAY(Text), nullable=False, server_default="{}", comment="of the CRM"),
    Column("state", Text, nullable=False),
    Column("life", Integer, nullable=False, server_default="1", comment="1, and 1 more when again"),
    _moment("started_at"),
    _moment("ended_at", nullable=True),
    CheckConstraint("state in ('carried', 'closed', 'cancelled')", name="state"),
    CheckConstraint("(state = 'carried') = (ended_at is null)", name="ended_has_time"),
    CheckConstraint("life >= 1", name="life"),
    Index(
        "ix_deals_aliases",
        "aliases",
        postgresql_using="gin",
        postgresql_where=text("aliases <> '{}'"),
    ),
)
"""The registry of every deal that was ever carried: Temporal forgets a run, this does not."""

contracts: Final = Table(
    "contracts",
    metadata,
    Column("deal", Text, ForeignKey("deals.deal"), primary_key=True),
    Column("customer", Text, nullable=False, index=True),
    Column("revision", Integer, nullable=False, comment="the one in force"),
    _moment("agreed_at"),
    _moment("ended_at", nullable=True),
    _moment("archived_at", nullable=True),
    Column("version", Integer, nullable=False, comment=_VERSION + ", of its bills too"),
    ForeignKeyConstraint(
        ["deal", "revision"],
        ["contract_revisions.deal", "contract_revisions.number"],
        use_alter=True,
        name="fk_contracts_revision",
    ),
    Index("ix_contracts_live", "deal", postgresql_where=text("ended_at is null")),
    Index(
        "ix_contracts_ended",
        "ended_at",
        postgresql_where=text("ended_at is not null and archived_at is null"),
    ),
)

contract_revisions: Final = Table(
    "contract_revisions",
    metadata,
    Column("deal", Text, ForeignKey("contracts.deal"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _amount("value"),
    Column("currency", CHAR(3), nullable=False),
    Column("effective", Date, nullable=False),
    _text("reason"),
    _text("source_system"),
    _text("source_id"),
    _text("source_version"),
    _text("approved_by"),
    _moment("recorded_at"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint(_CURRENCY, name="currency"),
)

charges: Final = Table(
    "charges",
    metadata,
    Column("deal", Text, ForeignKey("contracts.deal"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("quantity", Numeric, nullable=False),
    Column("unit", Text),
    Column("unit_price", Numeric, nullable=False),
    _amount("net"),
    _amount("tax", nullable=True),
    Column("currency", CHAR(3), nullable=False, comment="of every amount in the row"),
    Column("tax_class", Text, nullable=False),
    Column("period_from", Date),
    Column("period_to", Date),
    Column("due", Date),
    Column("part_of", Text, comment="the charge that it is billed with"),
    _text("source_system"),
    _text("source_id"),
    _text("source_version"),
    Column("state", Text, nullable=False),
    _text("reason"),
    _text("responsible"),
    _moment("since"),
    CheckConstraint(f"state in ({_CHARGE_STATES})", name="state"),
    CheckConstraint("revision >= 1", name="revision"),
    CheckConstraint("period_from <= period_to", name="period"),
    CheckConstraint("num_nulls(period_from, period_to) <> 1", name="whole_period"),
    CheckConstraint(_CURRENCY, name="currency"),
    Index("ix_charges_planned", "deal", postgresql_where=text("state = 'planned'")),
    Index(
        "ix_charges_unbilled",
        "state",
        postgresql_where=text("state in ('planned', 'billable', 'held', 'drafted')"),
    ),
)

bills: Final = Table(
    "bills",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("deal", Text, ForeignKey("contracts.deal"), nullable=False),
    Column("key", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    _moment("changed_at"),
    UniqueConstraint("deal", "key", "revision"),
    CheckConstraint(f"state in ({_CLAIM_STATES})", name="state"),
    CheckConstraint("revision >= 1", name="revision"),
)
"""The state of a bill is that of its claims; of those that differ, the one nearest to live."""

claims: Final = Table(
    "claims",
    metadata,
    Column("bill", Text, ForeignKey("bills.subject"), primary_key=True),
    Column("charge", Text, primary_key=True),
    Column("deal", Text, nullable=False),
    Column("charge_revision", Integer, nullable=False),
    _amount("net"),
    Column("currency", CHAR(3), nullable=False),
    Column("state", Text, nullable=False),
    ForeignKeyConstraint(
        ["deal", "charge", "charge_revision"],
        ["charges.deal", "charges.id", "charges.revision"],
        name="fk_claims_charge",
    ),
    CheckConstraint(f"state in ({_CLAIM_STATES})", name="state"),
    CheckConstraint(_CURRENCY, name="currency"),
    Index(
        "uq_claims_live",
        "deal",
        "charge",
        unique=True,
        postgresql_where=text("state in ('claimed', 'permitted', 'issued')"),
    ),
)

documents: Final = Table(
    "documents",
    metadata,
    Column("bill", Text, ForeignKey("bills.subject"), primary_key=True),
    Column("deal", Text, ForeignKey("contracts.deal"), nullable=False),
    Column("external_id", Text, nullable=False),
    _text("number"),
    Column("issued_on", Date),
    Column("due_on", Date),
    Column("state", Text, nullable=False),
    _amount("net"),
    _amount("tax"),
    _amount("gross"),
    _amount("paid"),
    _amount("credited"),
    Column("currency", CHAR(3), nullable=False, comment="of every amount in the row"),
    _text("url"),
    _text("pdf"),
    _moment("changed_at"),
    CheckConstraint("state in ('open', 'settled', 'voided')", name="state"),
    CheckConstraint(
        "state = 'voided' or (state = 'settled') = (gross = paid + credited)", name="settled"
    ),
    CheckConstraint("net + tax = gross", name="adds_up"),
    CheckConstraint(_CURRENCY, name="currency"),
    Index("ix_documents_open", "due_on", postgresql_where=text("state = 'open'")),
)
"""An invoice as the ERP has it. Paid and credited include VAT."""

credit_notes: Final = Table(
    "credit_notes",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("bill", Text, ForeignKey("documents.bill"), nullable=False, index=True),
    _amount("net"),
    Column("currency", CHAR(3), nullable=False),
    Column("charges", ARRAY(Text), nullable=False, comment="that it frees"),
    _moment("at"),
    CheckConstraint("net > 0", name="positive"),
    CheckConstraint(_CURRENCY, name="currency"),
)

links: Final = Table(
    "links",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("system", Text, primary_key=True),
    Column("tenant", Text, primary_key=True, server_default=""),
    Column("external_id", Text, nullable=False),
    Column("deal", Text, nullable=False, index=True),
    _text("url"),
    _moment("linked_at"),
    Index(
        "uq_links_external_id",
        "system",
        "tenant",
        "kind",
        "external_id",
        unique=True,
        postgresql_where=text("kind <> 'erp.customer.tie'"),
    ),
)

attention: Final = Table(
    "attention",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("workflow", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("deal", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("responsible", ARRAY(Text), nullable=False),
    _moment("since"),
    Column("actions", ARRAY(Text), nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("choices", ARRAY(Text), nullable=False),
    Column("decision", JSONB),
    _moment("resolved_at", nullable=True),
    CheckConstraint("(decision is null) = (resolved_at is null)", name="resolved_has_decision"),
    Index("ix_attention_workflow", "workflow", "key"),
    Index(
        "uq_attention_open",
        "workflow",
        "key",
        unique=True,
        postgresql_where=text("resolved_at is null"),
    ),
)

Sequence("audit_trail_id_seq", metadata=metadata)
_NEXT_ENTRY: Final = "nextval('audit_trail_id_seq')"
audit_trail: Final = Table(
    "audit_trail",
    metadata,
    Column("id", BigInteger, nullable=False, server_default=text(_NEXT_ENTRY)),
    _moment("at"),
    Column("attempt", Integer),
    Column("deal", Text, nullable=False, index=True),
    Column("entity", Text, nullable=False, comment="of an effect, its kind"),
    Column("key", Text, nullable=False, comment="what the deal's id begins, without that id"),
    Column("from_state", Text),
    Column("to_state", Text),
    Column("what", JSONB, nullable=False, comment="every field that changed, as it became"),
    Column("workflow", Text),
    Column("actor", Text, comment="who caused it; null is Cashward itself"),
    Column("actor_name", Text),
    Column("verified_by", Text, comment="who vouches for the actor"),
    Column("command", Text),
    Column("outcome", Text),
    Column("reason", Text),
    CheckConstraint("(command is null) = (outcome is null)", name="command_has_outcome"),
    CheckConstraint("outcome in ('accepted', 'refused', 'failed')", name="outcome"),
    Index("ix_audit_trail_id", "id", postgresql_using="brin"),
    postgresql_partition_by="RANGE (at)",
)
"""A partition for each month, where a command is recorded once per outcome by a unique index."""

audit_seals: Final = Table(
    "audit_seals",
    metadata,
    Column("month", Date, primary_key=True),
    Column("through", BigInteger, primary_key=True, comment="the last id that it covers"),
    Column("entries", Integer, nullable=False),
    Column("digest", Text, nullable=False, comment="of the month's seal before, and the entries"),
    _moment("sealed_at"),
    _moment("detached_at", nullable=True),
)

rate_cards: Final = Table(
    "rate_cards",
    metadata,
    Column("revision", Integer, Identity(always=True), primary_key=True),
    _moment("imported_at"),
)

rates: Final = Table(
    "rates",
    metadata,
    Column("revision", Integer, ForeignKey("rate_cards.revision"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("seniority", Text, primary_key=True),
    Column("location", Text, primary_key=True),
    Column("currency", CHAR(3), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_until", Date),
    _amount("price"),
    _amount("cost"),
    CheckConstraint("valid_until >= valid_from", name="ends_after_it_begins"),
    CheckConstraint("price >= 0 and cost >= 0", name="positive"),
    CheckConstraint(_CURRENCY, name="currency"),
)
"""A card is written whole and never changed; the newest one counts."""

time_entries: Final = Table(
    "time_entries",
    metadata,
    Column("system", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    Column("deal", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("package", Text, nullable=False),
    Column("person", Text, nullable=False, comment="the PM's id of the person"),
    Column("day", Date, nullable=False),
    Column("minutes", Integer, nullable=False, comment="as they were booked"),
    _moment("changed_at"),
    _moment("recorded_at"),
    Column("is_approved_in_pm", Boolean, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    _moment("since"),
    Column("adjusts", Integer, comment="the billed version that this one corrects"),
    _text("bill"),
    Column("role", Text),
    Column("seniority", Text),
    Column("location", Text),
    Column("rounding_method", Text),
    Column("rounding_unit", Integer, comment="minutes"),
    Column("billed_minutes", Integer, comment="rounded once, at approval"),
    _amount("price", nullable=True),
    _amount("net", nullable=True),
    Column("currency", CHAR(3)),
    _moment("approved_at", nullable=True),
    CheckConstraint(
        "state in ('booked', 'approved', 'billed', 'adjusted', 'replaced', 'deleted')", name="state"
    ),
    CheckConstraint(
        "num_nonnulls(role, seniority, location, rounding_method, rounding_unit,"
        " billed_minutes, price, net, currency, approved_at) in (0, 10)",
        name="approved_whole",
    ),
    CheckConstraint(
        "state not in ('approved', 'billed', 'adjusted') or approved_at is not null",
        name="approved_has_price",
    ),
    CheckConstraint("state <> 'booked' or approved_at is null", name="booked_has_none"),
    CheckConstraint("minutes >= 0 and version >= 1", name="positive"),
    CheckConstraint(_CURRENCY, name="currency"),
    Index("ix_time_entries_deal", "deal", "day"),
    Index("ix_time_entries_day", "day"),
    Index(
        "ix_time_entries_since",
        "since",
        postgresql_where=text("approved_at is not null or adjusts is not null"),
    ),
    Index("ix_time_entries_booked", "recorded_at", postgresql_where=text("state = 'booked'")),
    Index(
        "uq_time_entries_open",
        "system",
        "tenant",
        "entry",
        "deal",
        unique=True,
        postgresql_where=text("state in ('booked', 'approved')"),
    ),
    Index(
        "uq_time_entries_billed",
        "system",
        "tenant",
        "entry",
        "deal",
        unique=True,
        postgresql_where=text("state = 'billed'"),
    ),
)
"""One row for each version of an entry: one waits at most, and one is billed at most."""

installation: Final = Table(
    "installation",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default=true()),
    Column("name", Text, nullable=False),
    _moment("registered_at"),
    CheckConstraint("is_only", name="one_row"),
)

cursors: Final = Table(
    "cursors",
    metadata,
    Column("poll", Text, primary_key=True),
    _moment("read_until", nullable=True),
    _moment("polled_at", nullable=True),
)
