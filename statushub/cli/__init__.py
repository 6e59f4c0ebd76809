"""The ``statushub`` command. Every command has ``--help`` and an honest exit code.

0: done. 1: it could not be done, and the message says why. 2: the call itself was wrong.
"""

from __future__ import annotations

from typing import Any

import click

from statushub import __version__
from statushub.cli import bring, check, database, people, run
from statushub.core.errors import StatusHubError


class _Group(click.Group):
    """Turns StatusHub's own errors into a sentence and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except StatusHubError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="statushub")
def main() -> None:
    """A status page and incident-communications hub of your own."""


for command in (
    run.serve,
    run.worker,
    bring.import_group,
    bring.demo,
    people.user,
    people.key,
    database.database,
    check.doctor,
):
    main.add_command(command)
