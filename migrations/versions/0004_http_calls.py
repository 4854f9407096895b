"""Calls that flows make to other systems: what is asked, who has begun it, and what came of it, for replay."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("claimed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "http_call",
        sa.Column("id", BigId, nullable=False),
        sa.Column("conversation_id", BigId, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("timeout", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_http_call_conversation_id_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_http_call")),
    )
    op.create_index(op.f("ix_http_call_conversation_id"), "http_call", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_http_call_created_at"), "http_call", ["created_at"], unique=False)
    where = {"postgresql_where": WAITING, "sqlite_where": WAITING}
    op.create_index("ix_http_call_waiting", "http_call", ["expires_at"], unique=False, **where)


def downgrade() -> None:
    op.drop_table("http_call")
