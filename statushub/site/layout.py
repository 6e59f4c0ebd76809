"""What the public pages share: addresses for search engines and feed readers."""

from __future__ import annotations

from flask import request

from statushub.core.access import base_url
from statushub.core.i18n import LOCALES
from statushub.site.blueprint import site


@site.app_context_processor
def public_addresses() -> dict[str, object]:
    """``canonical``: this page's one address, without a language, as absolute URL; ``alternates``:
    the same page by language. Only the path counts: public pages depend on nothing else."""
    if request.blueprint != site.name:
        return {}
    base = base_url()
    return {
        "canonical": base + request.path,
        "alternates": [(locale, f"{base}/{locale}{request.path}") for locale in LOCALES],
    }
