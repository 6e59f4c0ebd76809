"""``statushub import`` and ``statushub demo``: a page's content from elsewhere, or to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app

from statushub.cli.context import COMMAND_LINE, in_app
from statushub.core.errors import Invalid
from statushub.demo.load import load_demo
from statushub.imports import fetch, statuspage
from statushub.imports.shape import Document


@click.group("import")
def import_group() -> None:
    """Bring a page's history from elsewhere."""


@import_group.command("statuspage")
@click.argument("source")
@in_app
def import_statuspage(source: str) -> None:
    """Import from SOURCE: a JSON file in the shape of the Statuspage public API, or the address
    of a page (its API gives the 50 newest incidents and maintenances).

    All or nothing; running it again changes nothing. Nobody is notified.
    """
    document = _read(source)
    updates = sum(len(happening.updates) for happening in document.happenings)
    with _progress(updates) as tick:
        report = statuspage.import_document(document, COMMAND_LINE, tick)
    click.echo(
        f"{report.components} components, {report.incidents} incidents and maintenances, "
        f"{report.updates} updates: {report.added} rows added, {report.changed} changed."
    )
    if not report.anything:
        click.echo("Everything was here already; nothing was changed.")


def _read(source: str) -> Document:
    if source.startswith(("http://", "https://")):
        settings = current_app.config["SETTINGS"]
        return fetch.read_site(source, settings.allow_private_targets)
    path = Path(source)
    if not path.is_file():
        raise Invalid(f"{source}: there is no such file. Give a file, or an https:// address.")
    return statuspage.read_file(path)


@contextmanager
def _progress(length: int) -> Iterator[statuspage.Tick]:
    """A bar in a terminal; silence elsewhere."""
    with click.progressbar(length=length, label="Updates", show_pos=True) as bar:
        yield bar.update


@click.command()
@in_app
def demo() -> None:
    """Fill an empty StatusHub with a small company's story, to look around in."""
    load_demo(COMMAND_LINE)
    click.echo("The demo is loaded: components, past incidents, one that runs, one maintenance.")
