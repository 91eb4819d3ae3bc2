"""An undo is on record before it is tried, and so is every stray that an attempt left."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0002"
down_revision: Final = "0001"
branch_labels: Final = None
depends_on: Final = None

_NAME: Final = "ck_effects_state"
_BEFORE: Final = "planned in_flight uncertain refused confirmed done reversed"
_AFTER: Final = "planned in_flight uncertain refused confirmed done reversing reversed"


def _check(states: str) -> None:
    named = ", ".join(f"'{state}'" for state in states.split())
    op.drop_constraint(op.f(_NAME), "effects", type_="check")
    op.execute(f"alter table effects add constraint {_NAME} check (state in ({named})) not valid")
    op.execute(f"alter table effects validate constraint {_NAME}")


def upgrade() -> None:
    op.add_column(
        "effects",
        sa.Column(
            "strays", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    _check(_AFTER)


def downgrade() -> None:
    _check(_BEFORE)
    op.drop_column("effects", "strays")
