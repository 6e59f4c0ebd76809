"""The templates alone, in a bare application: components must not depend on any room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel

ROOT = Path(__file__).resolve().parents[2]


class Renderer:
    """Renders a line of template with the components under ``ui``."""

    def __call__(self, source: str, **context: object) -> str:
        return render_template_string(
            '{% import "components/ui.html" as ui %}' + source, **context
        ).strip()


@pytest.fixture
def render() -> Iterator[Renderer]:
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.jinja_env.globals.update(csrf_token=lambda: "token", asset=lambda name: f"/static/{name}")
    Babel(app)
    with app.test_request_context():
        yield Renderer()
