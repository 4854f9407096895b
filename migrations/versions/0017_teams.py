"""Teams, who is in them and can do what; who is there, with how much room; what waits for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITS = sa.text("queued_at IS NOT NULL")


def upgrade() -> None:
    _hours()
    _teams()
    _people()
    _conversations()
    for table, column, other in (("channel", "default_team_id", "team"), ("contact", "last_agent_id", "user_account")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column(column, ID, nullable=True))
            batch_op.create_foreign_key(batch_op.f(f"fk_{table}_{column}_{other}"), other, [column], ["id"])


def _hours() -> None:
    op.create_table(
        "hours",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours")),
        sa.UniqueConstraint("name", name=op.f("uq_hours_name")),
    )
    op.create_table(
        "hours_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("hours_id", ID, nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["hours_id"], ["hours.id"], name=op.f("fk_hours_version_hours_id_hours")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_hours_version_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_version")),
    )
    op.create_index("ix_hours_version_hours", "hours_version", ["hours_id", "from_at"])


def _teams() -> None:
    op.create_table(
        "team",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("policy", sa.String(20), nullable=False),
        sa.Column("answer_within", sa.Integer(), nullable=True),
        sa.Column("hours_id", ID, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["hours_id"], ["hours.id"], name=op.f("fk_team_hours_id_hours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("key", name=op.f("uq_team_key")),
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_member_team_id_team")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_team_member_user_id_user_account")),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_team_member")),
    )
    op.create_index("ix_team_member_user_id", "team_member", ["user_id"])
    op.create_table(
        "user_skill",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("skill", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_skill_user_id_user_account")),
        sa.PrimaryKeyConstraint("user_id", "skill", name=op.f("pk_user_skill")),
    )


def _people() -> None:
    with op.batch_alter_table("user_account") as batch_op:
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("presence", sa.String(20), nullable=False, server_default="available"))
        batch_op.add_column(sa.Column("presence_since", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("connected_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("sees", sa.String(20), nullable=False, server_default="all"))
        batch_op.add_column(sa.Column("sees_numbers", sa.Boolean(), nullable=False, server_default=sa.true()))


def _conversations() -> None:
    with op.batch_alter_table("conversation") as batch_op:
        batch_op.add_column(sa.Column("skill", sa.String(60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="2"))
        for name in ("queued_at", "answer_from", "answer_by", "snoozed_until", "paused_until"):
            batch_op.add_column(sa.Column(name, MOMENT, nullable=True))
    order = ["team", "skill", "rank", "queued_at", "id"]
    op.create_index("ix_conversation_backlog", "conversation", order, postgresql_where=WAITS, sqlite_where=WAITS)


def downgrade() -> None:
    for table, column, other in (("contact", "last_agent_id", "user_account"), ("channel", "default_team_id", "team")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_{column}_{other}"), type_="foreignkey")
            batch_op.drop_column(column)
    op.drop_index("ix_conversation_backlog", table_name="conversation")
    with op.batch_alter_table("conversation") as batch_op:
        for name in ("paused_until", "snoozed_until", "answer_by", "answer_from", "queued_at", "rank", "skill"):
            batch_op.drop_column(name)
    with op.batch_alter_table("user_account") as batch_op:
        for name in ("sees_numbers", "sees", "connected_at", "presence_since", "presence", "capacity"):
            batch_op.drop_column(name)
    for table in ("user_skill", "team_member", "team", "hours_version", "hours"):
        op.drop_table(table)
