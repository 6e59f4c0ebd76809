"""Languages. The catalogues are read from their .po sources, so nothing needs compiling."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale

LOCALES = {"en": "English", "ja": "日本語"}
DEFAULT_LOCALE = "en"
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


@cache
def _catalogue(locale: str) -> Any:
    path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


class PoDomain(Domain):  # type: ignore[misc] # flask-babel carries no types
    """The text domain of flask-babel, over .po files."""

    def get_translations(self) -> Any:
        """The catalogue of the language in force."""
        locale = get_locale()
        return _catalogue(str(locale) if locale else DEFAULT_LOCALE)


def known_locale(locale: str | None) -> str:
    """``locale`` if StatusHub speaks it, else English."""
    return locale if locale in LOCALES else DEFAULT_LOCALE


class PoBabel(Babel):  # type: ignore[misc] # flask-babel carries no types
    """flask-babel with :class:`PoDomain` as its only domain."""

    domain_instance = PoDomain()
