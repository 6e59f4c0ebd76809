"""What the tests of the public pages share."""

from __future__ import annotations

from collections.abc import Callable

import html5lib
import pytest
from flask.testing import FlaskClient


@pytest.fixture
def read(client: FlaskClient) -> Callable[[str], str]:
    """Fetches a page that must be there and must be valid HTML."""

    def fetch(path: str, status: int = 200) -> str:
        response = client.get(path)
        assert response.status_code == status, (path, response.status_code)
        text = response.get_data(as_text=True)
        html5lib.HTMLParser(strict=True).parse(text)
        return text

    return fetch
