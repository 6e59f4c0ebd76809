"""Hands that own a keyboard and no mouse."""

from __future__ import annotations

from typing import Any

# What is called how, and whether one sees where the focus is.
_FOCUS = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const name = at.labels?.[0]?.innerText ?? at.getAttribute("aria-label") ?? at.innerText ?? "";
  const seen = style.outlineStyle !== "none" || style.boxShadow !== "none";
  return [name.trim(), seen];
}"""


def reach(page: Any, name: str, most: int = 80) -> None:
    """Press Tab until the focus stands, visibly, on what is called ``name`` (or begins so)."""
    passed = []
    for _step in range(most):
        page.keyboard.press("Tab")
        called, seen = page.evaluate(_FOCUS)
        if called.startswith(name):
            assert seen, f"the focus on {name!r} cannot be seen"
            return
        passed.append(called[:40])
    raise AssertionError(f"Tab never came to {name!r}, but to {passed}")


def write(page: Any, name: str, text: str) -> None:
    """Reach the field and type into it, over what stood there."""
    reach(page, name)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def press(page: Any, name: str) -> None:
    """Reach the link or button and press Enter."""
    reach(page, name)
    page.keyboard.press("Enter")
