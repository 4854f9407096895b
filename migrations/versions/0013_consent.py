"""Who said, when and how, that a contact wants advertising or none; opted_out_at itself is there since 0008."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    id_type = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("contact") as batch_op:
        batch_op.add_column(sa.Column("consent_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("consent_how", sa.String(20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("consent_text", sa.String(200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("consent_by", id_type, nullable=True))
        name = batch_op.f("fk_contact_consent_by_user_account")
        batch_op.create_foreign_key(name, "user_account", ["consent_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("contact") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_contact_consent_by_user_account"), type_="foreignkey")
        for name in ("consent_by", "consent_text", "consent_how", "consent_at"):
            batch_op.drop_column(name)
