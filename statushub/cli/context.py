"""An application for a command to work in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click
import flask_migrate
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError, ProgrammingError

from statushub import config
from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.factory import create_app

F = TypeVar("F", bound=Callable[..., Any])
COMMAND_LINE = Actor(kind="system", id=None, name="Command line")


def in_app(command: F) -> F:
    """Run ``command`` inside an application context; a database that is away, or not migrated,
    is told in words. The embedded database is made when there is none yet."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        settings = config.load()
        with create_app(settings).app_context():
            try:
                if settings.is_sqlite and not inspect(db.engine).get_table_names():
                    flask_migrate.upgrade()
                return command(*args, **kwargs)
            except (OperationalError, ProgrammingError) as error:
                reason = str(error.orig).strip().splitlines()[0]
                raise click.ClickException(
                    f"The database cannot be used: {reason}\n"
                    "`statushub doctor` says what to do; `statushub db upgrade` makes the tables."
                ) from error
            finally:
                db.session.remove()
                db.engine.dispose()

    return run  # type: ignore[return-value] # functools.wraps keeps the signature
