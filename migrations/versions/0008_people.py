"""One person under many names, apart from conversations; the service window; classes of errors."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("contact") as batch_op:
        batch_op.add_column(sa.Column("named_by", BIG, nullable=True))
        batch_op.add_column(sa.Column("attributes", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("picture", sa.String(64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("opted_out_at", WHEN, nullable=True))
        batch_op.add_column(sa.Column("merged_into", BIG, nullable=True))
        batch_op.add_column(sa.Column("changed_at", WHEN, nullable=True))
        batch_op.create_index(batch_op.f("ix_contact_merged_into"), ["merged_into"])
        batch_op.create_foreign_key(
            batch_op.f("fk_contact_named_by_user_account"), "user_account", ["named_by"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_contact_merged_into_contact"), "contact", ["merged_into"], ["id"])
    with op.batch_alter_table("contact_address") as batch_op:
        batch_op.add_column(sa.Column("created_at", WHEN, nullable=True))
    op.create_table(
        "contact_merge",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kept_id", BIG, nullable=False),
        sa.Column("gone_id", BIG, nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("undone_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["gone_id"], ["contact.id"], name=op.f("fk_contact_merge_gone_id_contact")),
        sa.ForeignKeyConstraint(["kept_id"], ["contact.id"], name=op.f("fk_contact_merge_kept_id_contact")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_contact_merge_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_merge")),
    )
    op.create_index("ix_contact_merge_gone_id", "contact_merge", ["gone_id"])
    op.create_index("ix_contact_merge_kept_id", "contact_merge", ["kept_id"])
    with op.batch_alter_table("conversation") as batch_op:
        batch_op.add_column(sa.Column("window_until", WHEN, nullable=True))
    with op.batch_alter_table("message") as batch_op:
        batch_op.add_column(sa.Column("error_class", sa.String(30), server_default="", nullable=False))
    with op.batch_alter_table("pending_receipt") as batch_op:
        batch_op.add_column(sa.Column("error_class", sa.String(30), server_default="", nullable=False))
    op.create_table(
        "raw_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel_id", BIG, nullable=False),
        sa.Column("conversation_id", BIG, nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_raw_item_channel_id_channel")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_raw_item_conversation_id_conversation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raw_item")),
    )
    op.create_index("ix_raw_item_at", "raw_item", ["at"])


def downgrade() -> None:
    op.drop_table("raw_item")
    with op.batch_alter_table("pending_receipt") as batch_op:
        batch_op.drop_column("error_class")
    with op.batch_alter_table("message") as batch_op:
        batch_op.drop_column("error_class")
    with op.batch_alter_table("conversation") as batch_op:
        batch_op.drop_column("window_until")
    op.drop_table("contact_merge")
    with op.batch_alter_table("contact_address") as batch_op:
        batch_op.drop_column("created_at")
    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_contact_merged_into_contact"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_contact_named_by_user_account"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_contact_merged_into"))
    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_column("changed_at")
        batch_op.drop_column("merged_into")
        batch_op.drop_column("opted_out_at")
        batch_op.drop_column("picture")
        batch_op.drop_column("attributes")
        batch_op.drop_column("named_by")
