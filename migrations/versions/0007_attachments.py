"""Files that come and go with messages; their bytes stand in the storage."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(32), nullable=False),
        sa.Column("channel_id", BIG, nullable=False),
        sa.Column("conversation_id", BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("ref", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("error_code", sa.String(60), nullable=False),
        sa.Column("error_text", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", WHEN, nullable=True),
        sa.Column("lease", sa.String(40), nullable=True),
        sa.Column("lease_until", WHEN, nullable=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("thumb", sa.String(64), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_attachment_channel_id_channel")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_attachment_conversation_id_conversation")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_attachment_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attachment_public_id")),
    )
    op.create_index("ix_attachment_created_at", "attachment", ["created_at"])
    op.create_index("ix_attachment_hash", "attachment", ["hash"])
    op.create_index("ix_attachment_message", "attachment", ["conversation_id", "seq"])
    op.create_index(
        "ix_attachment_unfetched",
        "attachment",
        ["due_at"],
        postgresql_where=sa.text("state IN ('waiting', 'fetching')"),
        sqlite_where=sa.text("state IN ('waiting', 'fetching')"),
    )


def downgrade() -> None:
    op.drop_table("attachment")
