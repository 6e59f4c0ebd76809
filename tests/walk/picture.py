"""Makes docs/images/statushub.png for the README: the public page while something is broken,
beside the desk where the next update is being written. ``python -m tests.walk.picture``"""

from __future__ import annotations

import base64
import os
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.walk.product import ROOT, Product
from tests.walk.story.walk import PASSWORD, until

TARGET = ROOT / "docs" / "images" / "statushub.png"
CHROMIUM = os.environ.get("STATUSHUB_TEST_CHROMIUM", "/usr/bin/chromium")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
MOST_BYTES = 200_000
NEXT = (
    "Receipts go out through a second provider now and reach you within **five minutes**. "
    "We are working off the queue: the late ones arrive within the next half hour.\n\n"
    "Payments were never affected."
)
PUBLIC, DESK = (760, 900), (1240, 900)
SCALE = 0.62
SHEET = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 28px; display: flex; gap: 24px; width: max-content }}
body {{ background: #dfe4e1 }}
img {{ display: block; border-radius: 8px; box-shadow: 0 0 0 1px #c3cac6, 0 10px 24px #0002 }}
</style><img src="data:image/png;base64,{0}" width="{2}">
<img src="data:image/png;base64,{1}" width="{3}">"""


def main() -> None:
    """Start the demo, write a draft in it, photograph both sides, lay them side by side."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        product = _demo(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        try:
            desk = _desk(browser, product)
            public = _window(browser, product, PUBLIC)
            public.goto("/")
            picture = _together(browser, public.screenshot(), desk.screenshot())
        finally:
            browser.close()
            product.end()
    if len(picture) > MOST_BYTES:
        raise SystemExit(f"The picture has {len(picture)} bytes, more than {MOST_BYTES}.")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(picture)
    print(f"{TARGET.relative_to(ROOT)}: {len(picture)} bytes")


def _demo(home: Path) -> Product:
    product = Product(home)
    product.make_tables()
    product.add_person("aiko@example.com", "Aiko Mori", "owner", PASSWORD)
    product.command("demo")
    product.start()
    return product


def _window(browser: Any, product: Product, size: tuple[int, int]) -> Any:
    return browser.new_context(
        base_url=product.url,
        viewport={"width": size[0], "height": size[1]},
        timezone_id="UTC",
        locale="en-GB",
    ).new_page()


def _desk(browser: Any, product: Product) -> Any:
    """The editor of the running incident's next update, saved."""
    page = _window(browser, product, DESK)
    page.goto("/desk/incidents")
    page.get_by_label("E-mail address").fill("aiko@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".line-title").first.click()
    page.get_by_role("button", name="Write the next update").click()
    page.get_by_label("Monitoring").check()
    page.get_by_label("What customers read").fill(NEXT)
    preview = page.locator("#preview-page strong", has_text="five minutes")
    until(lambda: preview.count() == 1, "the preview")
    until(lambda: "Saved" in page.locator("#draft-saved").inner_text(), "the saving")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    return page


def _together(browser: Any, public: bytes, desk: bytes) -> bytes:
    encoded = [base64.b64encode(one).decode() for one in (public, desk)]
    page = browser.new_page(viewport={"width": 1600, "height": 640})
    page.set_content(SHEET.format(*encoded, int(PUBLIC[0] * SCALE), int(DESK[0] * SCALE)))
    return bytes(page.locator("body").screenshot())


if __name__ == "__main__":
    main()
