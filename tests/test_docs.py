"""What the house offers is written down: every setting, command and channel."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from flask import Flask

from statushub.cli import main

ROOT = Path(__file__).resolve().parent.parent
DOCS = "\n".join(
    path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
)


def test_every_setting_is_documented() -> None:
    source = (ROOT / "statushub" / "config.py").read_text(encoding="utf-8")
    settings = set(re.findall(r'"(STATUSHUB_[A-Z_]+)"', source))
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert settings
    assert [name for name in sorted(settings) if f"`{name}`" not in documented] == []


def test_every_command_is_documented_and_has_help() -> None:
    def walk(command: click.Command, path: str) -> list[str]:
        assert command.help, path
        if isinstance(command, click.Group):
            inner = command.commands.items()
            return [line for name, child in inner for line in walk(child, f"{path} {name}")]
        return [path]

    commands = walk(main, "statushub")
    assert len(commands) >= 9
    assert [command for command in commands if command not in DOCS] == []


PUBLISHED = (
    "serve --host --port --workers --no-worker",
    "worker",
    "import statuspage",
    "demo",
    "user add --name --role --password-stdin",
    "key add --role",
    "doctor",
)
ADDRESSES = ("/", "/history", "/incidents/abc", "/uptime", "/history.rss", "/history.atom",
             "/feed.json", "/subscribe", "/report", "/desk/", "/healthz", "/readyz")  # fmt: skip
SETTINGS = ("DATABASE_URL", "DATA_DIR", "SECRET_KEY", "BASE_URL", "SMTP_URL", "MAIL_FROM",
            "ALLOW_PRIVATE_TARGETS", "X_API_BASE")  # fmt: skip


@pytest.mark.parametrize("call", PUBLISHED)
def test_a_command_that_others_rely_on_keeps_its_name_and_options(call: str) -> None:
    command: click.Command = main
    for word in call.split():
        if word.startswith("--"):
            assert word in {name for one in command.params for name in one.opts}
        else:
            assert isinstance(command, click.Group)
            command = command.commands[word]


def test_what_others_rely_on_keeps_its_name(sqlite_app: Flask) -> None:
    adapter = sqlite_app.url_map.bind("localhost")
    assert [path for path in ADDRESSES if not adapter.test(path, "GET")] == []
    source = (ROOT / "statushub" / "config.py").read_text(encoding="utf-8")
    assert [name for name in SETTINGS if f'"STATUSHUB_{name}"' not in source] == []
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"run", "test", "check", "bench", "lock", "help"} <= set(targets)


def test_links_between_the_documents_lead_somewhere() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        targets = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
        broken += [
            f"{path.relative_to(ROOT)}: {target}"
            for target in targets
            if not (path.parent / target).exists()
        ]
    assert broken == []


def test_nothing_tracked_is_larger_than_two_hundred_kilobytes() -> None:
    import subprocess

    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    large = [
        name
        for name in names
        if name
        and not name.endswith(".lock")
        and (ROOT / name).is_file()
        and (ROOT / name).stat().st_size > 200_000
    ]
    assert large == []
