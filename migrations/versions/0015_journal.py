"""What the journal compares: heartbeats of parts, counts at the door, and messages by the day they were stored.

New tables and indexes only: the code that runs meanwhile does not know of them. On PostgreSQL the indexes are of the
kind BRIN, which a new message costs nearly nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTS = (
    *("received", "fresh", "repeated", "receipts", "others", "skipped", "aside", "failed", "spooled"),
    *("stored", "processed", "letters", "replayed", "written_off"),
)


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("instance", sa.String(80), primary_key=True),
        sa.Column("round_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "channel_tally",
        sa.Column("channel_id", id_type, primary_key=True, autoincrement=False),
        sa.Column("slot", MOMENT, primary_key=True),
        sa.Column("source", sa.String(24), primary_key=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
    )
    op.create_index("ix_message_created_at", "message", ["created_at"], postgresql_using="brin")
    op.create_index("ix_history_at", "history", ["at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("ix_history_at", "history")
    op.drop_index("ix_message_created_at", "message")
    op.drop_table("channel_tally")
    op.drop_table("heartbeat")
