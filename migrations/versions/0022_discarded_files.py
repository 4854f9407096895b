"""Contents that a saved reply had and has no more, until they are thrown away."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discarded_file",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_discarded_file")),
    )


def downgrade() -> None:
    op.drop_table("discarded_file")
