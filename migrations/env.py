"""Alembic's entry: migrate the database that the application is configured for."""

from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def plain(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types down as plain ones: a migration imports nothing from the application."""
    name = type(item).__name__ if kind == "type" else ""
    return {"UTCDateTime": "sa.DateTime(timezone=True)", "Enum": "sa.String(length=20)"}.get(name, False)


def run() -> None:
    if context.is_offline_mode():
        context.configure(url=str(db.engine.url), target_metadata=db.metadata, literal_binds=True, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
        return
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=plain,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
