"""What replay and "not understood" need to know: what nothing took, when a timer fired among the messages, when a
contact's name was learnt."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UNMATCHED = sa.text("unmatched")


def upgrade() -> None:
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("unmatched", sa.Boolean(), nullable=False, server_default=sa.false()))
    where = {"postgresql_where": UNMATCHED, "sqlite_where": UNMATCHED}
    op.create_index("ix_message_unmatched", "message", ["created_at"], unique=False, **where)
    with op.batch_alter_table("timer") as timer:
        timer.add_column(sa.Column("seq", sa.Integer(), nullable=True))
    with op.batch_alter_table("contact") as contact:
        contact.add_column(sa.Column("named_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contact") as contact:
        contact.drop_column("named_at")
    with op.batch_alter_table("timer") as timer:
        timer.drop_column("seq")
    op.drop_index("ix_message_unmatched", "message")
    with op.batch_alter_table("message") as message:
        message.drop_column("unmatched")
