"""One visitor counts as one, however many addresses they have."""

from __future__ import annotations

import pytest
from flask import Flask

from statushub.web.limits import visitor


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix", "unix"),
    ],
)
def test_of_ipv6_the_network_counts(sqlite_app: Flask, address: str, counted: str) -> None:
    with sqlite_app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert visitor() == counted
