"""A reconciliation asks for the effects of one kind that changed lately."""

from typing import Final

from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"
branch_labels: Final = None
depends_on: Final = None

_NAME: Final = "ix_effects_kind_changed_at"


def upgrade() -> None:
    op.create_index(_NAME, "effects", ["kind", "changed_at"])


def downgrade() -> None:
    op.drop_index(_NAME, table_name="effects")
