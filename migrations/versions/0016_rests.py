"""Since when an account is left alone, so that a clock that is set back makes no rest longer."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel_pace", sa.Column("rests_from", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("channel_pace") as batch:
        batch.drop_column("rests_from")
