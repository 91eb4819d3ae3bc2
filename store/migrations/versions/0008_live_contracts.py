"""Live contracts, and those to archive, from an index."""

from typing import Final

from alembic import op
from sqlalchemy import text

from store.migrations.indexes import create_index_concurrently

revision: Final = "0008"
down_revision: Final = "0007"
branch_labels: Final = None
depends_on: Final = None

_LIVE: Final = text("ended_at is null")
_ENDED: Final = text("ended_at is not null and archived_at is null")


def upgrade() -> None:
    create_index_concurrently("ix_contracts_live", "contracts", ["deal"], where=_LIVE)
    create_index_concurrently("ix_contracts_ended", "contracts", ["ended_at"], where=_ENDED)


def downgrade() -> None:
    op.drop_index("ix_contracts_ended", "contracts")
    op.drop_index("ix_contracts_live", "contracts")
