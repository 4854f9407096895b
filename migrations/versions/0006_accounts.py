"""Accounts at the providers keep their credentials, state and templates in the database."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("channel") as batch_op:
        batch_op.add_column(sa.Column("webhook_key", sa.String(43)))
        batch_op.add_column(sa.Column("settings", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("secrets", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("account", sa.String(200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("state", sa.String(20), nullable=False, server_default="unknown"))
        batch_op.add_column(sa.Column("state_code", sa.String(60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("state_text", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("state_data", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("state_at", WHEN, nullable=True))
        batch_op.add_column(sa.Column("restarted_at", WHEN, nullable=True))
        batch_op.add_column(sa.Column("last_in_at", WHEN, nullable=True))
        batch_op.add_column(sa.Column("templates_at", WHEN, nullable=True))
        batch_op.create_index(batch_op.f("ix_channel_account"), ["account"])
    for (id_,) in op.get_bind().execute(sa.text("SELECT id FROM channel")).fetchall():
        values = {"key": secrets.token_urlsafe(24), "id": id_}
        op.get_bind().execute(sa.text("UPDATE channel SET webhook_key = :key WHERE id = :id"), values)
    with op.batch_alter_table("channel") as batch_op:
        batch_op.alter_column("webhook_key", existing_type=sa.String(43), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_channel_webhook_key"), ["webhook_key"])
    op.create_table(
        "channel_event",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel_id", BIG, nullable=False),
        sa.Column("event", sa.String(30), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_channel_event_channel_id_channel")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_channel_event_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_event")),
    )
    op.create_index("ix_channel_event_at", "channel_event", ["at"])
    op.create_index("ix_channel_event_channel", "channel_event", ["channel_id", "at"])
    op.create_table(
        "message_template",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel_id", BIG, nullable=False),
        sa.Column("provider_id", sa.String(200), nullable=False),
        sa.Column("name", sa.String(512), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("category", sa.String(30), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("quality", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("components", sa.JSON(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("changed_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_message_template_channel_id_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_template")),
        sa.UniqueConstraint(
            "channel_id", "name", "language", name=op.f("uq_message_template_channel_id_name_language")
        ),
    )
    op.create_index("ix_message_template_provider_id", "message_template", ["provider_id"])


def downgrade() -> None:
    op.drop_table("message_template")
    op.drop_table("channel_event")
    with op.batch_alter_table("channel") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_channel_webhook_key"), type_="unique")
        batch_op.drop_index("ix_channel_account")
    with op.batch_alter_table("channel") as batch_op:
        batch_op.drop_column("templates_at")
        batch_op.drop_column("last_in_at")
        batch_op.drop_column("restarted_at")
        batch_op.drop_column("state_at")
        batch_op.drop_column("state_data")
        batch_op.drop_column("state_text")
        batch_op.drop_column("state_code")
        batch_op.drop_column("state")
        batch_op.drop_column("version")
        batch_op.drop_column("account")
        batch_op.drop_column("secrets")
        batch_op.drop_column("settings")
        batch_op.drop_column("webhook_key")
