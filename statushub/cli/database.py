"""``statushub db``: the tables, up and down."""

from __future__ import annotations

import click
import flask_migrate

from statushub.cli.context import in_app


@click.group("db")
def database() -> None:
    """Look after the database's tables."""


@database.command()
@in_app
def upgrade() -> None:
    """Bring the tables up to this version. `serve` does this by itself."""
    flask_migrate.upgrade()
    click.echo("The database is up to date.")


@database.command()
@click.argument("revision", default="-1")
@click.confirmation_option(prompt="Going back can lose data of the newer version. Go on?")
@in_app
def downgrade(revision: str) -> None:
    """Take the tables back to REVISION (default: one step)."""
    flask_migrate.downgrade(revision=revision)
    click.echo("Done.")


@database.command()
@in_app
def current() -> None:
    """Show which version the tables have."""
    flask_migrate.current(verbose=True)
