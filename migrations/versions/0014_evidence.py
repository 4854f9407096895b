"""A message whose send nobody can tell about is looked for at its provider; replies leave before bulk; how often one
person may be written to."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNKNOWN = sa.text("status = 'unknown'")
QUEUED = sa.text("status = 'queued'")


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("conversation") as batch_op:
        batch_op.add_column(sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("tried_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("checked", sa.String(20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("is_doubtful", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_message_queued", "message", ["channel_id", "rank", "id"], postgresql_where=QUEUED, sqlite_where=QUEUED
    )
    op.create_index("ix_message_unknown", "message", ["due_at"], postgresql_where=UNKNOWN, sqlite_where=UNKNOWN)
    # Older ones stay a matter of their agents: their providers may have forgotten them.
    op.execute("UPDATE message SET due_at = NULL WHERE status = 'unknown'")
    op.create_table(
        "person_pace",
        sa.Column("conversation_id", id_type, sa.ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("paced_until", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("person_pace")
    op.drop_index("ix_message_unknown", table_name="message")
    op.drop_index("ix_message_queued", table_name="message")
    with op.batch_alter_table("message") as batch_op:
        for name in ("is_doubtful", "checked", "tried_at", "rank"):
            batch_op.drop_column(name)
    with op.batch_alter_table("conversation") as batch_op:
        batch_op.drop_column("doubts")
