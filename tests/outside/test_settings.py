"""Settings about calls: what is taken, what is refused, and that no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from roms.config import BadConfig
from tests.conftest import config_for


def test_hosts_and_secrets_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"orders": "canary"}')
    given = {
        "ROMS_HTTP_HOSTS": "api.example.com, http://127.0.0.1:9000,",
        "ROMS_HTTP_SECRETS": str(tmp_path / "s.json"),
    }
    config = config_for("sqlite://", "redis://x", **given)
    assert config.http_hosts == ("api.example.com", "http://127.0.0.1:9000")
    assert config.http_secrets == {"orders": "canary"}
    assert "canary" not in repr(config)


def test_without_settings_nobody_is_asked() -> None:
    config = config_for("sqlite://", "redis://x")
    assert (config.http_hosts, config.http_secrets) == ((), {})


@pytest.mark.parametrize("hosts", ["https://api.example.com/path", "a b", "*", "http://x:99999", "a=b"])
def test_a_host_that_is_none_stops_the_start(hosts: str) -> None:
    with pytest.raises(BadConfig, match="ROMS_HTTP_HOSTS"):
        config_for("sqlite://", "redis://x", ROMS_HTTP_HOSTS=hosts)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": "canary\\nX: y"}', '{"a": "canaryé"}'])
def test_a_secrets_file_that_is_none_stops_the_start_and_is_not_shown(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(BadConfig, match="ROMS_HTTP_SECRETS") as refused:
        config_for("sqlite://", "redis://x", ROMS_HTTP_SECRETS=str(tmp_path / "s.json"))
    assert "canary" not in str(refused.value)
