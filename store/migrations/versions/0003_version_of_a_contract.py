"""The version that a contract's claims are written on; one that is there already begins at 1."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    version = sa.Column(
        "version",
        sa.Integer(),
        server_default="1",
        nullable=False,
        comment="grows with every write, of its claims too",
    )
    op.add_column("contracts", version)
    op.alter_column("contracts", "version", server_default=None)


def downgrade() -> None:
    op.drop_column("contracts", "version")
