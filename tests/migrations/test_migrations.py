"""The migrations run up and down on both engines and agree with the models."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from statushub.core.db import Base, db


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """An application whose database has no table at all."""
    if request.param == "sqlite":
        with make_app().app_context() as context:
            yield context.app
        return
    url = request.getfixturevalue("bare_postgres")
    with make_app(STATUSHUB_DATABASE_URL=url).app_context() as context:
        yield context.app
        db.session.remove()
        db.engine.dispose()


def test_models_and_migrations_agree(bare: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_up_down_and_up_again(bare: Flask) -> None:
    flask_migrate.upgrade()
    tables = set(inspect(db.engine).get_table_names())
    assert {table.name for table in Base.metadata.sorted_tables} <= tables
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    flask_migrate.upgrade()
    assert set(inspect(db.engine).get_table_names()) == tables


def test_a_second_upgrade_changes_nothing(bare: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == ("0001",)
