"""The really running product, the outside world it speaks to, and windows on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.smtp_sink import SmtpSink
from tests.emulators.webhook_receiver import WebhookReceiver
from tests.emulators.x_api import XEmulator
from tests.walk.product import Product
from tests.walk.story.walk import PASSWORD
from tests.walk.windows import Windows


@pytest.fixture
def mail() -> Iterator[SmtpSink]:
    """The mail server that StatusHub is told to use."""
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def network() -> Iterator[XEmulator]:
    """X, with one account."""
    with XEmulator() as emulator:
        yield emulator


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    """A customer's webhook."""
    with WebhookReceiver() as server:
        yield server


@pytest.fixture
def make_product(tmp_path: Path) -> Iterator[Callable[..., Product]]:
    """An installation in a folder of its own; what still runs at the end is stopped."""
    made: list[Product] = []

    def build(name: str = "home", **settings: str) -> Product:
        home = tmp_path / name
        home.mkdir()
        made.append(Product(home, **settings))
        return made[-1]

    yield build
    for product in made:
        print(product.log.read_text()[-4000:])
        product.end()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo, running, with an owner, an incident manager and an administrator; for stories
    that get along with each other."""
    product = Product(tmp_path_factory.mktemp("demo"))
    product.make_tables()
    assert product.command("demo").returncode == 0
    product.add_person("olive@example.com", "Olive Owner", "owner", PASSWORD)
    product.add_person("ines@example.com", "Ines Manager", "incident_manager", PASSWORD)
    product.add_person("hana@example.com", "Hana Admin", "administrator", PASSWORD)
    product.start()
    yield product
    product.end()
    assert product.complaints() == []


@pytest.fixture
def open_windows(chromium: Any) -> Iterator[Callable[[Product], Windows]]:
    """Windows on a product; everything that went wrong in any of them fails the test."""
    made: list[Windows] = []

    def build(product: Product) -> Windows:
        made.append(Windows(chromium, product.url))
        return made[-1]

    yield build
    for windows in made:
        print(windows.story())  # pytest shows it when the test failed
        windows.close()
    problems = [problem for windows in made for problem in windows.problems]
    assert not problems, "\n".join(problems)
