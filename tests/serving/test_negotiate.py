from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statushub.serving import negotiate
from statushub.serving.negotiate import ENCODINGS, etag_matches, preferred


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0", "identity"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("GZIP ; Q=0.3", "gzip"),
        ("x-gzip", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0, *;q=0", "identity"),
        ("zstd", "identity"),
        ("gzip;q=banana, br;q=", "identity"),
        ("gzip;level=9", "identity"),
        (",,;;q=,", "identity"),
        ("gzip;q=0.001", "gzip"),
        ("gzip;q=99999", "gzip"),
    ],
)
def test_the_best_encoding_is_the_one_the_client_likes_best(header: str, best: str) -> None:
    assert preferred(header)[0] == best


@given(st.text(max_size=300))
def test_any_header_gives_an_order_that_ends_in_something_we_have(header: str) -> None:
    order = preferred(header)
    assert "identity" in order
    assert set(order) <= set(ENCODINGS)


def test_invented_headers_do_not_grow_the_memory() -> None:
    for number in range(5_000):
        preferred(f"gzip, x-invented-{number}")
    preferred("gzip," * 100_000)
    assert len(negotiate._memo) <= 512
    assert max(map(len, negotiate._memo)) <= 200


@pytest.mark.parametrize(
    "header", ['"a"', 'W/"a"', '"b", "a"', '"b",W/"a" , "c"', "*", " * ", ' "a" ']
)
def test_a_client_that_has_the_bytes_is_told_so(header: str) -> None:
    assert etag_matches(header, '"a"')


@pytest.mark.parametrize("header", ['"b"', "", "a", '"aa"', 'W/"b", "c"', 'x"a"', '"*"'])
def test_a_client_that_has_other_bytes_gets_ours(header: str) -> None:
    assert not etag_matches(header, '"a"')
