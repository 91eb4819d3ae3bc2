"""An undo waits for every older attempt whose call may still land."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    op.add_column("effects", sa.Column("others_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("effects", "others_until")
