"""What came and could not be processed is kept, sealed, to be tried again; and up to when each account was asked for
what we missed. The channels' own rows are not touched."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "set_aside_body",
        sa.Column("id", id_type, primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", id_type, primary_key=True),
        sa.Column("channel_id", id_type, sa.ForeignKey("channel.id"), nullable=False),
        sa.Column("conversation_id", id_type, sa.ForeignKey("conversation.id"), nullable=True),
        sa.Column("body_id", id_type, sa.ForeignKey("set_aside_body.id"), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.String(200), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("came_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.UniqueConstraint("channel_id", "mark"),
    )
    op.create_table(
        "channel_fetch",
        sa.Column("channel_id", id_type, sa.ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("until", MOMENT, nullable=False),
    )
    op.create_index("ix_set_aside_due", "set_aside", ["state", "due_at"])
    op.create_index("ix_set_aside_conversation_id", "set_aside", ["conversation_id"])
    op.create_index("ix_set_aside_body_id", "set_aside", ["body_id"])


def downgrade() -> None:
    op.drop_table("channel_fetch")
    op.drop_table("set_aside")
    op.drop_table("set_aside_body")
