"""The first schema: people, contacts, conversations, messages, releases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite counts by itself only in INTEGER columns
MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(length=20)


def channel() -> None:
    op.create_table(
        "channel",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel"),
        sa.UniqueConstraint("kind", "name", name="uq_channel_kind_name"),
    )


def contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", WORD, nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_phone", "contact", ["phone"])


def live_ticket() -> None:
    op.create_table(
        "live_ticket",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_live_ticket"),
    )
    op.create_index("ix_live_ticket_expires_at", "live_ticket", ["expires_at"])


def login_attempt() -> None:
    op.create_table(
        "login_attempt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempt"),
    )
    op.create_index("ix_login_attempt_key_at", "login_attempt", ["key", "at"])


def user_account() -> None:
    op.create_table(
        "user_account",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("login", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_assigned_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("login", name="uq_user_account_login"),
    )


def contact_address() -> None:
    op.create_table(
        "contact_address",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("contact_id", NUMBER, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_address_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_contact_address"),
        sa.UniqueConstraint("kind", "value", name="uq_contact_address_kind_value"),
    )
    op.create_index("ix_contact_address_contact_id", "contact_address", ["contact_id"])


def conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("channel_id", NUMBER, nullable=False),
        sa.Column("contact_id", NUMBER, nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("mode_since", MOMENT, nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("priority", sa.String(length=10), nullable=False),
        sa.Column("assignee_id", NUMBER, nullable=True),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("waiting_since", MOMENT, nullable=True),
        sa.Column("last", sa.JSON(), nullable=True),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["user_account.id"], name="fk_conversation_assignee_id_user_account"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name="fk_conversation_channel_id_channel"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_conversation_contact_id_contact"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("channel_id", "address", name="uq_conversation_channel_id_address"),
        sa.UniqueConstraint("public_id", name="uq_conversation_public_id"),
    )
    op.create_index("ix_conversation_assignee", "conversation", ["assignee_id", "mode", "last_at"])
    op.create_index("ix_conversation_changed_at", "conversation", ["changed_at"])
    op.create_index("ix_conversation_contact_id", "conversation", ["contact_id"])
    op.create_index("ix_conversation_last_at", "conversation", ["last_at"])
    op.create_index("ix_conversation_list", "conversation", ["mode", "last_at"])


def login_session() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_login_session_user_id_user_account"),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.UniqueConstraint("token_hash", name="uq_login_session_token_hash"),
    )
    op.create_index("ix_login_session_user_id", "login_session", ["user_id"])


def pending_receipt() -> None:
    op.create_table(
        "pending_receipt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("channel_id", NUMBER, nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("status", WORD, nullable=False),
        sa.Column("error_code", sa.String(length=60), nullable=False),
        sa.Column("error_text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name="fk_pending_receipt_channel_id_channel"),
        sa.PrimaryKeyConstraint("id", name="pk_pending_receipt"),
    )
    op.create_index("ix_pending_receipt_at", "pending_receipt", ["at"])
    op.create_index("ix_pending_receipt_message", "pending_receipt", ["channel_id", "provider_id"])


def release() -> None:
    op.create_table(
        "release",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("published_by", NUMBER, nullable=True),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["published_by"], ["user_account.id"], name="fk_release_published_by_user_account"),
        sa.PrimaryKeyConstraint("number", name="pk_release"),
    )


def conversation_label() -> None:
    op.create_table(
        "conversation_label",
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_conversation_label_conversation_id_conversation"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "label", name="pk_conversation_label"),
    )
    op.create_index("ix_conversation_label_label", "conversation_label", ["label"])


def history() -> None:
    op.create_table(
        "history",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("agent_id", NUMBER, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["user_account.id"], name="fk_history_agent_id_user_account"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_history_conversation_id_conversation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_history_conversation_id_seq"),
    )


def message() -> None:
    op.create_table(
        "message",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("channel_id", NUMBER, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("direction", WORD, nullable=False),
        sa.Column("sender", WORD, nullable=False),
        sa.Column("agent_id", NUMBER, nullable=True),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=True),
        sa.Column("why", sa.JSON(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("provider_at", MOMENT, nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("status", WORD, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=40), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=False),
        sa.Column("error_text", sa.Text(), nullable=False),
        sa.CheckConstraint("(direction = 'note') = (status = 'internal')", name="ck_message_notes_stay_inside"),
        sa.CheckConstraint("direction <> 'note' OR provider_id IS NULL", name="ck_message_notes_are_never_sent"),
        sa.ForeignKeyConstraint(["agent_id"], ["user_account.id"], name="fk_message_agent_id_user_account"),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name="fk_message_channel_id_channel"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_message_conversation_id_conversation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint(
            "channel_id", "direction", "provider_id", name="uq_message_channel_id_direction_provider_id"
        ),
        sa.UniqueConstraint("conversation_id", "client_id", name="uq_message_conversation_id_client_id"),
        sa.UniqueConstraint("conversation_id", "seq", name="uq_message_conversation_id_seq"),
    )


def message_indexes() -> None:
    op.create_index("ix_message_revision", "message", ["conversation_id", "revision"])
    op.create_index(
        "ix_message_unsent",
        "message",
        ["channel_id", "conversation_id", "seq"],
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
    )


def timer() -> None:
    op.create_table(
        "timer",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("fired_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_timer_conversation_id_conversation"),
        sa.PrimaryKeyConstraint("id", name="pk_timer"),
    )
    op.create_index("ix_timer_conversation_id", "timer", ["conversation_id"])
    op.create_index(
        "ix_timer_due",
        "timer",
        ["due_at"],
        postgresql_where=sa.text("fired_at IS NULL"),
        sqlite_where=sa.text("fired_at IS NULL"),
    )


MADE = (
    channel, contact, live_ticket, login_attempt, user_account,
    contact_address, conversation, login_session, pending_receipt, release,
    conversation_label, history, message, message_indexes, timer,
)  # fmt: skip


def upgrade() -> None:
    for make in MADE:
        make()


def downgrade() -> None:
    for make in reversed(MADE):
        if make is not message_indexes:
            op.drop_table(make.__name__)
