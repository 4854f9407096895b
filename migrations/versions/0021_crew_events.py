"""What admins did with people and teams, kept where admins can read it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "crew_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("event", sa.String(30), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_crew_event_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crew_event")),
    )


def downgrade() -> None:
    op.drop_table("crew_event")
