"""How Alembic reaches StatusHub's database: through the application that runs the command."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Enum, text

from statushub.core.db import Base, UtcDateTime, db

LOCK = 7_201_846_553  # any fixed number: two starts at once take turns on PostgreSQL


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Migrations name SQLAlchemy's own types, so that old ones outlive changes of our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    return False


def run() -> None:
    """Run the migrations in one transaction."""
    arguments = dict(current_app.extensions["migrate"].configure_args)
    arguments["render_as_batch"] = True  # SQLite alters tables by copying them
    arguments["render_item"] = render_item
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, **arguments)
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Offline migrations are not supported; run them against the database.")
run()
