"""A heap of combining marks does not take quadratic time."""

from __future__ import annotations

import time
import unicodedata

from statushub.core.text import BODY_MAX, MARKS_MAX, clean_text


def test_a_heap_of_marks_is_cut_and_takes_no_time() -> None:
    heap = "a" + "\u0301\u0316" * (BODY_MAX // 2)
    began = time.process_time()
    cleaned = clean_text(heap)
    assert time.process_time() - began < 0.2
    assert len(cleaned) <= MARKS_MAX + 1


def test_ordinary_accents_stay() -> None:
    for text in ("Đặng Thị Hồng", "Ǻ", "が", "क्षि", "שָׁלוֹם"):
        assert clean_text(text) == unicodedata.normalize("NFC", text)
