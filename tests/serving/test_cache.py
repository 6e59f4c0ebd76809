from __future__ import annotations

import os

import pytest

from statushub.serving import cache as cache_module
from statushub.serving.cache import PageCache
from statushub.serving.pages import Page, make_page


def page(size: int) -> Page:
    return make_page(200, [("Content-Type", "text/html")], os.urandom(size))


def test_memory_is_bounded_and_the_longest_unused_goes_first() -> None:
    cache = PageCache(max_bytes=100_000)
    for number in range(100):
        cache.put(f"/{number}", page(5_000), 1)
        cache.get("/0")
        assert cache.bytes_used <= 100_000
    assert cache.get("/0") is not None
    assert cache.get("/1") is None
    assert cache.get("/99") is not None


def test_replacing_and_forgetting_give_the_room_back() -> None:
    cache = PageCache()
    for size in (100, 50_000, 10):
        cache.put("/", page(size), 1)
    assert cache.bytes_used < 10_000
    cache.forget("/")
    cache.forget("/")
    assert cache.bytes_used == 0


def test_one_page_cannot_push_out_all_the_others() -> None:
    cache = PageCache(max_bytes=80_000)
    cache.put("/", page(100), 1)
    cache.put("/huge", page(20_000), 1)
    assert cache.get("/huge") is None
    assert cache.get("/") is not None


def test_a_page_is_fresh_for_its_own_revision_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache = PageCache()
    cache.put("/", page(10), 3)
    kept = cache.get("/")
    assert kept is not None
    assert kept.fresh(3)
    assert not kept.fresh(4)
    assert not kept.fresh(None)
    cache.put("/", page(10), None)
    assert not cache.get("/").fresh(None)  # type: ignore[union-attr]
    monkeypatch.setattr(cache_module, "FRESH_SECONDS", 0.0)
    assert not kept.fresh(3)
