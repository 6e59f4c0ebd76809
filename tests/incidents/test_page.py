"""The page itself: set up once, edited by field."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from statushub.core.audit import Actor
from statushub.core.db import db
from statushub.core.errors import Conflict, NotFound
from statushub.incidents import service
from statushub.incidents.models import Page
from statushub.incidents.page import current_revision, find_page, get_page
from tests.incidents.test_declaring import refused

FACTS: dict[str, Any] = {"name": "Acme", "time_zone": "Europe/Zurich", "locale": "en"}


def test_there_is_no_page_before_the_set_up(app: Flask) -> None:
    assert find_page() is None
    assert current_revision() == 0
    with pytest.raises(NotFound):
        get_page()


def test_a_page_is_set_up_once(app: Flask) -> None:
    service.set_up_page(**FACTS, url="https://acme.example", about="Who we are")
    assert get_page().about == "Who we are"
    with pytest.raises(Conflict):
        service.set_up_page(**FACTS)


def test_two_set_ups_in_the_same_moment_make_one_page(app: Flask) -> None:
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def work() -> None:
        with app.app_context():
            barrier.wait(10)
            try:
                service.set_up_page(**FACTS)
                outcomes.append("made")
            except Conflict:
                outcomes.append("refused")
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["made", "refused"]
    assert db.session.scalar(select(func.count()).select_from(Page)) == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"locale": "xx"}, "locale"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://[::1"}, "url"),
        ({"support_url": "ftp://acme.example"}, "support_url"),
        ({"support_url": "https://a b"}, "support_url"),
        ({"about": "x" * 2_001}, "about"),
    ],
)
def test_what_a_page_cannot_be_is_refused_by_its_field(
    app: Flask, facts: dict[str, Any], field: str
) -> None:
    assert refused(lambda: service.set_up_page(**{**FACTS, **facts})) == {field}
    service.set_up_page(**FACTS)
    assert refused(lambda: service.update_page(Actor("user", "u", "U"), **facts)) == {field}


def test_editing_the_page_bumps_its_revision(page: Page, actor: Actor) -> None:
    before = current_revision()
    service.update_page(actor, name="Other", url="")
    assert (get_page().name, get_page().time_zone) == ("Other", "Europe/Zurich")
    assert current_revision() > before
    with pytest.raises(TypeError):
        service.update_page(actor, revision="5")
