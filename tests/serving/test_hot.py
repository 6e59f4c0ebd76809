from __future__ import annotations

import gzip
import threading
import time

import brotli
import pytest
from werkzeug.test import Client, TestResponse

from statushub.core.clock import now
from statushub.serving import hot as hot_module
from statushub.serving.hot import key_of
from statushub.serving.snapshot import Snapshot, load, save, snapshot_file
from tests.serving.conftest import BASE, Stack
from tests.serving.raw import until


def get(stack: Stack, path: str = "/", **headers: str) -> TestResponse:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return stack.client().get(path, headers=names)


def test_a_hot_page_is_answered_without_flask(stack: Stack) -> None:
    stack.publish("one")
    asked = stack.moods.count("asked")
    response = get(stack)
    assert response.status_code == 200
    assert "<h1>one</h1>" in response.text
    assert stack.moods.count("asked") == asked


def test_every_encoding_has_the_same_page_and_a_tag_of_its_own(stack: Stack) -> None:
    stack.publish("one")
    plain, zipped, packed = (get(stack, Accept_Encoding=name) for name in ("", "gzip", "gzip, br"))
    assert gzip.decompress(zipped.data) == plain.data == brotli.decompress(packed.data)
    assert (zipped.headers["Content-Encoding"], packed.headers["Content-Encoding"]) == (
        "gzip",
        "br",
    )
    assert "Content-Encoding" not in plain.headers
    assert len({response.headers["ETag"] for response in (plain, zipped, packed)}) == 3
    for response in (plain, zipped, packed):
        assert not response.headers["ETag"].startswith("W/")
        assert response.headers["Vary"] == "Accept-Encoding"
        assert int(response.headers["Content-Length"]) == len(response.data)


def test_a_client_that_has_the_page_gets_304(stack: Stack) -> None:
    stack.publish("one")
    etag = get(stack, Accept_Encoding="gzip").headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = get(stack, Accept_Encoding="gzip", If_None_Match=known)
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == etag
        assert response.headers["Vary"] == "Accept-Encoding"
        assert "s-maxage=1" in response.headers["Cache-Control"]
    assert get(stack, Accept_Encoding="br", If_None_Match=etag).status_code == 200
    stack.publish("two")
    assert get(stack, Accept_Encoding="gzip", If_None_Match=etag).status_code == 200


def test_headers_of_the_application_come_along_but_for_the_inner_ones(stack: Stack) -> None:
    stack.publish("one")
    headers = get(stack).headers
    assert headers["Content-Security-Policy"] == "default-src 'self'"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert "X-StatusHub-Cache" not in headers
    assert headers["Cache-Control"] == (
        "public, max-age=0, s-maxage=1, stale-while-revalidate=30, stale-if-error=86400"
    )
    assert len(headers.getlist("Content-Length")) == 1


def test_the_api_is_cached_as_its_contract_says(stack: Stack) -> None:
    stack.publish("one")
    headers = get(stack, "/api/v2/status.json").headers
    assert headers["Cache-Control"].startswith("max-age=10, public, s-maxage=10")
    assert headers["Access-Control-Allow-Origin"] == "*"


def test_head_says_what_get_would_and_sends_nothing(stack: Stack) -> None:
    stack.publish("one")
    full, head = stack.client().get("/"), stack.client().head("/")
    assert head.data == b""
    assert dict(head.headers) == dict(full.headers)
    demanded = stack.client().head("/incidents/real-1")
    assert demanded.data == b""
    assert demanded.headers["ETag"] == get(stack, "/incidents/real-1").headers["ETag"]


def test_a_query_does_not_reach_flask_for_a_hot_page(stack: Stack) -> None:
    stack.publish("one")
    asked = stack.moods.count("asked")
    for query in ("?utm_source=x", "?page=2", "?%00=%ff", "?" + "a" * 10_000):
        assert "<h1>one</h1>" in get(stack, f"/{query}").text
    assert stack.moods.count("asked") == asked


@pytest.mark.parametrize(
    ("path", "query", "key"),
    [
        ("/", "page=2", "/"),
        ("/history", "page=2", "/history?page=2"),
        ("/ja/history", "x=1&page=12&y", "/ja/history?page=12"),
        ("/history", "page=1", "/history"),
        ("/history", "page=02", "/history"),
        ("/history", "page=99999", "/history"),
        ("/history", "page=-1", "/history"),
        ("/history", "page=2%20", "/history"),
        ("/history", "mypage=2", "/history"),
        ("/history", "page=2&page=3", "/history?page=2"),
    ],
)
def test_only_a_page_number_makes_another_page(path: str, query: str, key: str) -> None:
    assert key_of(path, query) == key


def test_a_public_page_on_demand_is_rendered_once_a_revision(stack: Stack) -> None:
    stack.publish("one")
    first = get(stack, "/incidents/real-1")
    assert "X-StatusHub-Cache" not in first.headers
    asked = stack.moods.count("asked")
    again = get(stack, "/incidents/real-1?utm=1", Accept_Encoding="br")
    assert brotli.decompress(again.data) == first.data
    assert stack.moods.count("asked") == asked
    stack.publish("two")
    assert ": two</h1>" in get(stack, "/incidents/real-1").text


def test_pages_of_history_are_kept_one_by_one(stack: Stack) -> None:
    stack.publish("one")
    assert "history 2: one" in get(stack, "/history?page=2").text
    assert "history 3: one" in get(stack, "/history?page=3&utm=x").text
    assert "history 1: one" in get(stack, "/history?utm=x").text
    asked = stack.moods.count("asked")
    assert "history 3: one" in get(stack, "/history?page=3").text
    assert stack.moods.count("asked") == asked


def test_nothing_of_one_visitor_is_kept_for_the_next(stack: Stack) -> None:
    """Cookies, host names and queries of who comes first must not be in what others get."""
    stack.publish("one")
    for key in ("real-1", "real-2"):  # the second by a shape that is known to be public
        response = stack.client().get(
            f"/incidents/{key}?evil=query",
            headers={"Cookie": "name=mallory", "Host": "evil.example", "X-Forwarded-Host": "evil"},
        )
        assert f"<h1>{key} nobody status.example.test : one" in response.text
        assert "evil" not in get(stack, f"/incidents/{key}").text


def test_a_page_that_sets_a_cookie_is_never_kept(stack: Stack) -> None:
    stack.publish("one")
    for _ in range(2):
        asked = stack.moods.count("asked")
        response = get(stack, "/cookie")
        assert response.text == "personal"
        assert "X-StatusHub-Cache" not in response.headers
        assert stack.moods.count("asked") > asked


def test_pages_that_are_not_public_go_through_untouched(stack: Stack) -> None:
    stack.publish("one")
    client = stack.client()
    for _ in range(2):
        response = client.get("/desk/", headers={"Cookie": "name=ada"})
        assert response.text == "desk of ada"
        assert response.headers["Cache-Control"] == "no-store"
    assert client.post("/desk/", headers={"Cookie": "name=bob"}).text == "desk of bob"
    assert client.get("/stream").text == "0\n1\n2\n3\n4\n"
    assert client.get("/nothing").status_code == 404
    assert client.get("/incidents/invented").status_code == 404


def test_invented_addresses_do_not_grow_the_memory(stack: Stack) -> None:
    stack.publish("one")
    get(stack, "/incidents/real-1")
    used = stack.cache.bytes_used
    for number in range(200):
        get(stack, f"/incidents/x{number}?y={number}", Accept_Encoding=f"x{number}")
        get(stack, f"/incidents/real-1?y={number}")
        get(stack, f"/nothing/{number}")
        get(stack, f"/static/{number}")
    assert stack.cache.bytes_used == used


def test_a_language_without_a_slash_is_its_home_page(stack: Stack) -> None:
    stack.publish("one")
    asked = stack.moods.count("asked")
    assert get(stack, "/ja").data == get(stack, "/ja/").data
    assert stack.moods.count("asked") == asked


def test_without_a_database_the_last_good_bytes_are_served(stack: Stack) -> None:
    stack.publish("one")
    get(stack, "/incidents/real-1")
    stack.publish("two")
    stack.moods.set("dead")
    hot, kept = get(stack), get(stack, "/incidents/real-1", Accept_Encoding="gzip")
    assert "two" in hot.text
    assert kept.status_code == 200
    assert b": one</h1>" in gzip.decompress(kept.data)
    assert kept.headers["X-StatusHub-Stale"] == "1"
    assert int(kept.headers["Age"]) >= 0
    etag = kept.headers["ETag"]
    again = get(stack, "/incidents/real-1", Accept_Encoding="gzip", If_None_Match=etag)
    assert again.status_code == 304
    assert get(stack, "/incidents/real-2").status_code in (500, 503)
    stack.moods.set("dead", False)
    well = get(stack, "/incidents/real-1")
    assert ": two</h1>" in well.text
    assert "X-StatusHub-Stale" not in well.headers


def test_a_page_that_is_gone_is_not_brought_back_from_memory(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.publish("one")
    stack.cache.put("/incidents/gone", stack.store.pages["/"], 0)
    assert get(stack, "/incidents/gone").status_code == 404
    assert stack.cache.get("/incidents/gone") is None


def hang(stack: Stack, path: str) -> threading.Thread:
    thread = threading.Thread(target=lambda: Client(stack.hot).get(path), daemon=True)
    asked = stack.moods.count("asked")
    thread.start()
    until(lambda: stack.moods.count("asked") > asked, f"{path} hangs")
    return thread


def test_hung_views_do_not_touch_the_public_page(stack: Stack) -> None:
    stack.publish("one")
    get(stack, "/incidents/real-1")
    stack.publish("two")
    stack.moods.set("hang")
    threads = [hang(stack, f"/desk/?{number}") for number in range(2)]
    start = time.monotonic()
    assert "two" in get(stack).text
    kept = get(stack, "/incidents/real-1")
    assert (kept.status_code, kept.headers["X-StatusHub-Stale"]) == (200, "1")
    full = get(stack, "/desk/", Accept="text/html")
    assert (full.status_code, full.headers["Retry-After"]) == (503, "2")
    assert "Nothing you typed is lost" in full.text
    assert full.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "混み合って" in get(stack, "/ja/desk/").text
    posted = stack.client().post("/desk/", headers={"Accept": "application/json"})
    assert posted.status_code == 503
    assert "Nothing you typed is lost" in posted.json["error"]
    assert time.monotonic() - start < 2
    stack.moods.set("hang", False)
    for thread in threads:
        thread.join(10)
    assert get(stack, "/desk/").status_code == 200


def test_who_asks_for_a_page_that_hangs_gets_the_last_good_one(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_module, "HANGS_AFTER", 0.05)
    stack.publish("one")
    get(stack, "/incidents/real-1")
    stack.publish("two")
    stack.moods.set("hang")
    thread = hang(stack, "/incidents/real-1")
    time.sleep(0.1)
    asked = stack.moods.count("asked")
    kept = get(stack, "/incidents/real-1")
    assert (kept.status_code, kept.headers["X-StatusHub-Stale"]) == (200, "1")
    assert stack.moods.count("asked") == asked
    stack.moods.set("hang", False)
    thread.join(10)
    assert ": two</h1>" in get(stack, "/incidents/real-1").text


def test_after_a_while_a_hanging_page_is_tried_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_module, "HANGS_AFTER", 0.01)
    monkeypatch.setattr(hot_module, "TRY_AGAIN", 0.1)
    stack.publish("one")
    get(stack, "/incidents/real-1")
    stack.publish("two")
    stack.moods.set("hang")
    thread = hang(stack, "/incidents/real-1")
    time.sleep(0.15)
    second = hang(stack, "/incidents/real-1")
    stack.moods.set("hang", False)
    thread.join(10)
    second.join(10)


def test_a_streamed_answer_gives_its_slot_back(stack: Stack) -> None:
    for _ in range(5):
        response = stack.client().get("/stream", buffered=False)
        response.close()
    assert stack.client().get("/stream").status_code == 200


def test_without_a_publisher_pages_are_asked_of_flask(stack: Stack) -> None:
    """A snapshot that nobody keeps up must not pass for the present."""
    stack.publish("one")
    stack.store.close()
    stack.store.trusted = False
    stack.moods.text = "two"
    assert "<h1>two</h1>" in get(stack).text
    stack.moods.text = "three"
    assert "<h1>three</h1>" in get(stack).text
    stack.moods.set("dead")
    last = get(stack)
    assert "<h1>three</h1>" in last.text
    assert last.headers["X-StatusHub-Stale"] == "1"


def test_an_old_page_in_the_snapshot_is_only_for_when_flask_fails(stack: Stack) -> None:
    stack.publish("one")
    pages = load(snapshot_file(stack.data_dir)).pages
    save(Snapshot(2, now(), pages, frozenset({"/history"})), snapshot_file(stack.data_dir))
    stack.store.refresh()
    stack.moods.text = "two"
    assert "one" in get(stack, "/").text
    stack.moods.set("dead")
    last = get(stack, "/history")
    assert "history 1: one" in last.text
    assert last.headers["X-StatusHub-Stale"] == "1"
    stack.moods.set("dead", False)
    assert "history 1: two" in get(stack, "/history").text


def test_health_asks_nobody(stack: Stack) -> None:
    assert get(stack, "/healthz").json["revision"] is None
    stack.publish("one")
    stack.moods.set("dead")
    response = get(stack, "/healthz", If_None_Match="*")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    state = response.json
    assert (state["status"], state["revision"], state["publisher"]) == ("ok", 1, "alive")
    assert state["snapshot_age_seconds"] >= 0
    assert stack.client().head("/healthz").data == b""


def test_the_base_address_is_the_one_in_stored_pages(stack: Stack) -> None:
    stack.publish("one")
    assert BASE.removeprefix("https://") in get(stack, "/incidents/real-1").text
