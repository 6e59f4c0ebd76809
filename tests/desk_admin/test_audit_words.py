"""Every deed that is recorded has words for the audit log."""

from __future__ import annotations

import re
from pathlib import Path

from statushub.desk.audit_words import VERB

PACKAGE = Path(__file__).resolve().parent.parent.parent / "statushub"
_NAMES = r"api_key|channel|components?|delivery|draft|feedback|group|incident|invitation"
_VERB = re.compile(rf'"((?:{_NAMES}|maintenance|page|subscriber|update|user)\.[a-z_]+)"')
_NOT_DEEDS = re.compile(r"\.(?:id|html|txt|confirm|manage)$")


def test_every_recorded_deed_has_words() -> None:
    recorded = {
        verb
        for path in PACKAGE.rglob("*.py")
        if path.parent.name != "desk" and "record(" in path.read_text(encoding="utf-8")
        for verb in _VERB.findall(path.read_text(encoding="utf-8"))
        if not _NOT_DEEDS.search(verb)
    }
    assert len(recorded) > 30
    assert recorded - set(VERB) == set()
