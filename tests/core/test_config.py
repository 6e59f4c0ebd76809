"""Settings come from the environment; a bad one stops the start and says which."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from statushub.config import load
from statushub.core.errors import ConfigError

KEY = "k" * 40


def test_the_embedded_default_makes_and_keeps_its_key(tmp_path: Path) -> None:
    env = {"STATUSHUB_DATA_DIR": str(tmp_path / "data")}
    first, second = load(env), load(env)
    assert first.secret_keys == second.secret_keys
    assert len(first.secret_keys[0]) >= 43
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert first.is_sqlite


def test_port_is_honoured_and_statushub_port_goes_first(tmp_path: Path) -> None:
    env = {"STATUSHUB_DATA_DIR": str(tmp_path), "PORT": "9001"}
    assert load(env).base_url == "http://127.0.0.1:9001"
    assert load(env | {"STATUSHUB_PORT": "9002"}).port == 9002


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n")
    env = {"STATUSHUB_DATA_DIR": str(tmp_path), "STATUSHUB_SECRET_KEY_FILE": str(tmp_path / "key")}
    assert load(env | {"STATUSHUB_SECRET_KEY_OLD": "a, b"}).secret_keys == (KEY, "a", "b")


def test_postgresql_addresses_are_understood(tmp_path: Path) -> None:
    for url in ("postgres://h/d", "postgresql://h/d"):
        settings = load({"STATUSHUB_DATA_DIR": str(tmp_path), "STATUSHUB_DATABASE_URL": url})
        assert settings.database_url == "postgresql+psycopg://h/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "٨٠٠٠"),
        ("STATUSHUB_DATABASE_URL", "mysql://h/d"),
        ("STATUSHUB_BASE_URL", "status.example.com"),
        ("STATUSHUB_BASE_URL", "https://example.com/status"),
        ("STATUSHUB_BASE_URL", "javascript:alert(1)"),
        ("STATUSHUB_SECRET_KEY", "short"),
        ("STATUSHUB_SECRET_KEY_FILE", "/nowhere/at/all"),
        ("STATUSHUB_ALLOW_PRIVATE_TARGETS", "10.0.0.1/8"),
        ("STATUSHUB_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_bad_value_is_refused_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError) as error:
        load({"STATUSHUB_DATA_DIR": str(tmp_path), name: value})
    assert name.removesuffix("_FILE") in str(error.value)


def test_a_data_directory_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="STATUSHUB_DATA_DIR"):
        load({"STATUSHUB_DATA_DIR": str(tmp_path / "file" / "data")})


def test_the_data_directory_is_made_also_when_the_key_is_given(tmp_path: Path) -> None:
    load({"STATUSHUB_DATA_DIR": str(tmp_path / "new"), "STATUSHUB_SECRET_KEY": KEY})
    assert (tmp_path / "new").is_dir()


def test_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    env = {"STATUSHUB_DATA_DIR": str(tmp_path / "data")}
    with ThreadPoolExecutor(8) as pool:
        keys = {settings.secret_keys for settings in pool.map(lambda _n: load(env), range(32))}
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]
