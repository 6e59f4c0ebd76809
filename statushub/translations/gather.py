"""Gathers the texts to translate and brings every catalogue up to date (``make messages``)."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from statushub.core.i18n import CATALOGUES, DEFAULT_LOCALE, LOCALES
from statushub.core.paths import resource

_PACKAGE = CATALOGUES.parent
_METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
_OPTIONS = {"jinja2": {"trimmed": "true", "extensions": "jinja2.ext.i18n", "silent": "false"}}
# Babel looks for the name that is called, so the house's short name for lazy_gettext counts too.
_KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}


def template() -> Catalog:
    """Every text in code and templates, in one catalogue without translations."""
    gathered = Catalog(project="StatusHub", charset="utf-8")
    for root in (_PACKAGE, resource("templates")):
        options = {pattern: _OPTIONS.get(method, {}) for pattern, method in _METHODS}
        found = extract_from_dir(root, _METHODS, options, keywords=_KEYWORDS, comment_tags=("N:",))
        for name, _line, message, comments, context in found:
            place = (f"{root.name}/{name}", 0)
            gathered.add(message, None, [place], auto_comments=comments, context=context)
    return gathered


def path_of(locale: str) -> Path:
    """Where a language's catalogue is."""
    return CATALOGUES / locale / "LC_MESSAGES" / "messages.po"


def load(locale: str) -> Catalog:
    """A language's catalogue, empty when there is none yet."""
    path = path_of(locale)
    if not path.is_file():
        return Catalog(
            locale=locale,
            header_comment=f"# {LOCALES[locale]}. Words to use: docs/glossary-{locale}.md",
            project="StatusHub",
            version="1",
            msgid_bugs_address="-",
            last_translator="StatusHub",
            language_team="StatusHub",
            charset="utf-8",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def main() -> None:
    """Update every catalogue but English; new texts come in empty, unused ones go."""
    gathered = template()
    for locale in LOCALES:
        if locale == DEFAULT_LOCALE:
            continue
        catalogue = load(locale)
        begun = catalogue.creation_date
        catalogue.update(gathered, no_fuzzy_matching=True)
        catalogue.creation_date = begun  # else every run would change the file
        path_of(locale).parent.mkdir(parents=True, exist_ok=True)
        with path_of(locale).open("wb") as file:
            write_po(file, catalogue, width=100, sort_output=True, omit_header=False,
                     ignore_obsolete=True, include_lineno=False)  # fmt: skip
        missing = sum(1 for message in catalogue if message.id and not message.string)
        sys.stdout.write(f"{locale}: {len(catalogue)} texts, {missing} to translate\n")


if __name__ == "__main__":
    main()
