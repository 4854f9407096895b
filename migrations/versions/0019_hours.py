"""From when on which hours held for a team, and whose a channel was: so that what was open then can be said later."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "arrangement",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrangement")),
    )


def downgrade() -> None:
    op.drop_table("arrangement")
