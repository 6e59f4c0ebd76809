"""The audit log: who did what, when."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from statushub.accounts.audit_log import audit_page, subject_kinds
from statushub.accounts.permissions import Permission
from statushub.core.text import clean_line
from statushub.desk.audit_words import KIND, VERB
from statushub.desk.blueprint import desk
from statushub.web.guards import needs


@desk.get("/audit")
@needs(Permission.SEE_AUDIT)
def audit() -> ResponseReturnValue:
    """Newest first; ``q`` searches, ``kind`` filters, ``before`` pages."""
    search = clean_line(request.args.get("q", ""))[:200]
    kinds = subject_kinds()
    kind = request.args.get("kind", "")
    kind = kind if kind in kinds else ""
    before = request.args.get("before", type=int)
    found = audit_page(search=search, kind=kind, before=_row_id(before))
    older = url_for("desk.audit", q=search or None, kind=kind or None, before=found.older)
    newest = url_for("desk.audit", q=search or None, kind=kind or None)
    return render_template(
        "desk/audit.html",
        entries=found.entries,
        verbs=VERB,
        kinds=[(name, KIND.get(name, name)) for name in kinds],
        kind=kind,
        search=search,
        older=older if found.older else None,
        newer=newest if before else None,
    )


def _row_id(number: int | None) -> int | None:
    """A number that a database takes for an id; anything else starts at the newest."""
    return number if number is not None and 0 < number < 2**31 else None
