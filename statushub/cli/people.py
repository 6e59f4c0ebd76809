"""``statushub user`` and ``statushub key``: who may come in, from the command line."""

from __future__ import annotations

import sys

import click

from statushub.accounts import service
from statushub.accounts.permissions import Role
from statushub.cli.context import COMMAND_LINE, in_app

_ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """People of the desk."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Shown at the desk and in the audit log.")
@click.option("--role", required=True, type=_ROLES)
@click.option(
    "--password-stdin", is_flag=True, required=True, help="Read the password from standard input."
)
@in_app
def add_user(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Add a person with the address EMAIL."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    added = service.add_user(
        COMMAND_LINE, email=email, name=name, role=Role(role), password=password
    )
    click.echo(f"Added {added.name} <{added.email}> as {role.replace('_', ' ')}.")


@click.group()
def key() -> None:
    """API keys of machines."""


@key.command("add")
@click.argument("name")
@click.option("--role", required=True, type=_ROLES)
@in_app
def add_key(name: str, role: str) -> None:
    """Make a key called NAME and print it, this once."""
    _row, plaintext = service.create_api_key(COMMAND_LINE, name=name, role=Role(role))
    click.echo(plaintext)
    click.echo("Keep it now: it is not shown again.", err=True)
