"""Labels with colours, saved replies, macros, mentions, ratings, and what was done to many at once."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _table(name: str, *columns: sa.Column, links: dict[str, str], unique: tuple[str, ...] = ()) -> None:
    """A table with a number of its own; `links` are its foreign keys."""
    rules: list[sa.Constraint] = [sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))]
    for column, other in links.items():
        rules.append(sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{name}_{column}_{other}")))
    if unique:
        rules.append(sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}")))
    op.create_table(name, sa.Column("id", ID, nullable=False), *columns, *rules)


def upgrade() -> None:
    _labels()
    _sayings()
    _mentions()
    _ratings()


def _labels() -> None:
    _table(
        "label",
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("colour", sa.String(20), nullable=False),
        sa.Column("is_vip", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("created_at", MOMENT, nullable=False),
        links={},
        unique=("key",),
    )
    op.create_table(
        "contact_label",
        sa.Column("contact_id", ID, nullable=False),
        sa.Column("label", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_label_contact_id_contact")),
        sa.PrimaryKeyConstraint("contact_id", "label", name=op.f("pk_contact_label")),
    )
    op.create_index("ix_contact_label_label", "contact_label", ["label"])


def _sayings() -> None:
    _table(
        "saved_reply",
        sa.Column("shortcut", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        links={"team_id": "team"},
        unique=("shortcut",),
    )
    _table(
        "macro",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("team_id", ID, nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        links={"team_id": "team"},
        unique=("name",),
    )


def _mentions() -> None:
    _table(
        "mention",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        links={"message_id": "message", "conversation_id": "conversation", "user_id": "user_account"},
        unique=("message_id", "user_id"),
    )
    op.create_index("ix_mention_user", "mention", ["user_id", "seen_at"])


def _ratings() -> None:
    _table(
        "rating",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("team", sa.String(80), nullable=False, server_default=""),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False, server_default=""),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        links={"conversation_id": "conversation", "agent_id": "user_account"},
    )
    op.create_index("ix_rating_conversation", "rating", ["conversation_id", "asked_at"])
    op.create_index("ix_rating_asked_at", "rating", ["asked_at"])
    _table(
        "bulk_action",
        sa.Column("public_id", sa.String(24), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("verb", sa.String(30), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        links={"user_id": "user_account"},
        unique=("public_id",),
    )


def downgrade() -> None:
    for table in ("bulk_action", "rating", "mention", "macro", "saved_reply", "contact_label", "label"):
        op.drop_table(table)
