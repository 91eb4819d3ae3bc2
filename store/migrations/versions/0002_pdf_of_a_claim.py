"""Where the PDF of an issued invoice is."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    op.add_column("claims", sa.Column("pdf", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("claims", "pdf")
