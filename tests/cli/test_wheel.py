"""``pip install .`` gives a StatusHub that runs without the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(out), str(ROOT)],
        check=True, timeout=110, capture_output=True,
    )  # fmt: skip
    return next(out.glob("statushub-*.whl"))


def test_the_wheel_carries_everything_it_shows_and_runs(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, pattern in (
        ("templates", "*.html"),
        ("static", "*.css"),
        ("static", "*.js"),
        ("migrations", "*.py"),
    ):
        for path in (ROOT / folder).rglob(pattern):
            assert f"statushub/{path.relative_to(ROOT).as_posix()}" in names
    for path in (ROOT / "statushub").rglob("*.po"):
        assert path.relative_to(ROOT).as_posix() in names
    assert "statushub/migrations/alembic.ini" in names
    assert not [name for name in names if name.startswith(("tests/", "statushub/statushub-data"))]


def test_it_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = (
        "import sys, statushub, pathlib; "
        f"assert pathlib.Path(statushub.__file__).is_relative_to({str(site)!r}); "
        "from statushub.cli import main; main()"
    )
    env = {
        "PYTHONPATH": str(site), "STATUSHUB_DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin",
    }  # fmt: skip
    for arguments in (["db", "upgrade"], ["demo"], ["doctor"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
