"""The draft's content as form fields, and back.

A form carries flat text fields; ``component-<id>`` is a component's status, empty when the update
says nothing of it. The empty text of X and the empty subject mean: compose it for me.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMPONENT = "component-"
# Which content key a person sees under which name, in the order of the editor.
KEYS = ("status", "body", "components", "impact_override", "x_text", "email_subject", "notify")
_TEXTS = ("x_text", "email_subject")


def to_fields(content: Mapping[str, Any]) -> dict[str, str]:
    """Every field of the form with its text."""
    fields = {
        "status": content.get("status") or "",
        "body": content.get("body") or "",
        "impact_override": content.get("impact_override") or "",
        "x_text": content.get("x_text") or "",
        "email_subject": content.get("email_subject") or "",
        "notify": "yes" if content.get("notify", True) else "no",
    }
    for component_id, status in (content.get("components") or {}).items():
        fields[COMPONENT + component_id] = str(status)
    return fields


def to_content(form: Mapping[str, str]) -> dict[str, Any]:
    """The draft's content from what a form sent. Browsers end lines with CR LF; texts do not."""
    texts = {name: _lines(form.get(name, "")) for name in _TEXTS}
    return {
        "status": form.get("status", ""),
        "body": _lines(form.get("body", "")),
        "components": component_statuses(form),
        "impact_override": form.get("impact_override") or None,
        **{name: text if text.strip() else None for name, text in texts.items()},
        "notify": form.get("notify", "yes") == "yes",
    }


def component_statuses(form: Mapping[str, str]) -> dict[str, str]:
    """Component id to status word, for those that the form says something of."""
    return {
        name.removeprefix(COMPONENT): status
        for name, status in form.items()
        if name.startswith(COMPONENT) and status
    }


def key_of(name: str) -> str:
    """The content key that a form field belongs to."""
    return "components" if name.startswith(COMPONENT) else name


def picked_content(form: Mapping[str, str]) -> dict[str, Any]:
    """What a conflict page's answer says, and of the clashing keys alone: for each of them
    ``pick-<key>`` says whose it shall be: ``mine``, ``theirs`` or ``edited`` (written together).
    """
    content: dict[str, Any] = {}
    for key in KEYS:
        side = form.get(f"pick-{key}", "")
        if side in {"mine", "theirs", "edited"}:
            content[key] = to_content(_side(form, f"{side}-", key))[key]
    return content


def _side(form: Mapping[str, str], prefix: str, key: str) -> dict[str, str]:
    fields = {
        name.removeprefix(prefix): value for name, value in form.items() if name.startswith(prefix)
    }
    return {name: value for name, value in fields.items() if key_of(name) == key}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def number(text: str) -> int:
    """A version number as a form carries it; 0, which is no version, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
