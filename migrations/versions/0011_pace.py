"""How fast each account is written to, and how long its provider is left alone after failures."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "channel_pace",
        sa.Column("channel_id", id_type, sa.ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", MOMENT, nullable=True),
        sa.Column("paced_until", MOMENT, nullable=True),
    )


def downgrade() -> None:
    op.drop_table("channel_pace")
