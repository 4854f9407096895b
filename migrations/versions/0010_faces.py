"""Pictures of contacts are asked for now and then: where, when next, and what stands in the storage because of it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "contact_picture",
        sa.Column("id", id_type, primary_key=True),
        sa.Column("contact_id", id_type, sa.ForeignKey("contact.id"), nullable=False, unique=True),
        sa.Column("channel_id", id_type, sa.ForeignKey("channel.id"), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(40), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("loose", sa.Text(), nullable=False),
    )
    op.create_index("ix_contact_picture_due_at", "contact_picture", ["due_at"])


def downgrade() -> None:
    op.drop_table("contact_picture")
