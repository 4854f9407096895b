"""`./dev run` as a newcomer meets it: it starts, keeps, refuses, mends and ends."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from roms.services.setup import TRIAL_PEOPLE
from tests.dev.instance import ROOT, Instance, told, until

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("instance") / "var"


@pytest.fixture(scope="module")
def first(data: Path) -> Instance:
    """A first start, ended by Ctrl-C."""
    with Instance(data) as instance:
        assert instance.says("ready"), instance.output
        instance.seconds_to_end = instance.stop()
    return instance


@pytest.fixture(scope="module")
def left(first: Instance) -> dict[str, Any]:
    """What the first start left behind."""
    return kept(first.data)


@pytest.fixture(scope="module")
def second(first: Instance, left: dict[str, Any]) -> Iterator[Instance]:
    """The same data, started again and running."""
    with Instance(first.data) as instance:
        assert instance.says("ready"), instance.output
        yield instance


def passwords(instance: Instance) -> list[str]:
    """The table of logins, without its head."""
    if "  logins, shown only this once" not in instance.lines:
        return []
    rows = instance.lines[instance.lines.index("  logins, shown only this once") + 2 :]
    return [row.split()[-1] for row in rows[: rows.index("")]]


COMES_BY_ITSELF = {
    "channel_event",
    "channel_fetch",
    "channel_pace",
    "channel_tally",
    "contact_picture",
    "heartbeat",
    "message_template",
}  # filled while nobody does anything


def kept(data: Path) -> dict[str, Any]:
    """The key, every user and release, and how many rows each table has that only grows by what somebody does."""
    with closing(sqlite3.connect(data / "roms.db")) as database:
        ask: Callable[[str], list[Any]] = lambda question: database.execute(question).fetchall()  # noqa: E731
        tables = {name for (name,) in ask("SELECT name FROM sqlite_master WHERE type = 'table'")} - COMES_BY_ITSELF
        whole = {name: ask(f'SELECT * FROM "{name}" ORDER BY 1') for name in ("user_account", "release")}
        counts = {name: ask(f'SELECT count(*) FROM "{name}"') for name in tables}
    return {"key": (data / "secret.key").read_text(), "counts": counts} | whole


def test_the_first_start_names_the_addresses_and_everybody_of_the_trial(first: Instance) -> None:
    assert f"http://127.0.0.1:{first.port}/inbox" in first.output
    assert f"http://127.0.0.1:{first.port + 1}/" in first.output
    assert len(set(passwords(first))) == len(TRIAL_PEOPLE)


def test_passwords_are_shown_but_stored_nowhere(first: Instance) -> None:
    files = [path.read_bytes() for path in first.data.rglob("*") if path.is_file()]
    assert files
    assert not [word for word in passwords(first) for content in files if word.encode() in content]


def test_ctrl_c_ends_every_process_sooner_than_they_were_started(first: Instance) -> None:
    assert first.process.returncode == 0, first.output
    assert first.seconds_to_end < first.seconds_to_be_ready()
    assert first.left() == []
    assert "was killed" not in first.output


def test_the_secret_key_is_for_the_owner_only(first: Instance) -> None:
    assert (first.data / "secret.key").stat().st_mode & 0o077 == 0
    assert len((first.data / "secret.key").read_text()) >= 32


def test_a_second_start_keeps_the_data_and_shows_no_password(left: dict[str, Any], second: Instance) -> None:
    assert len(left["user_account"]) == len(TRIAL_PEOPLE)
    assert passwords(second) == []
    assert kept(second.data) == left


def test_a_second_instance_on_the_same_data_is_refused(second: Instance) -> None:
    with Instance(second.data) as other:
        assert other.says(f"./dev: {second.data} is in use by another running instance"), other.output
        assert other.process.wait(5) == 1


def test_a_taken_port_is_named_with_the_way_to_choose_another(tmp_path: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with Instance(tmp_path / "var", port) as instance:
            assert instance.process.wait(20) == 1
            assert instance.says(f"./dev: port {port} (for the web server)"), instance.output
            assert f"./dev run --port {port + 10}" in instance.output


def test_a_process_that_dies_is_started_again(second: Instance) -> None:
    def tickers() -> list[str]:
        return [name for name in second.left() if b"worker.py\0tick" in told(name)]

    (ticker,) = tickers()
    os.kill(int(ticker), signal.SIGKILL)
    assert second.says("ticker ended by SIGKILL", 5), second.output
    assert until(lambda: bool(tickers()) and tickers() != [ticker], 10)


def test_after_kill_minus_nine_nothing_is_left_running(second: Instance) -> None:
    """The last that `second` is for."""
    assert len(second.left()) >= 6
    second.stop(signal.SIGKILL)
    assert until(lambda: second.left() == [], 8), second.left()


def test_every_command_has_help() -> None:
    help_text = subprocess.run([sys.executable, "dev", "--help"], cwd=ROOT, capture_output=True, text=True).stdout
    for command in ("run", "test", "lint", "fmt", "bench", "shell", "clean"):
        assert command in help_text
        done = subprocess.run([sys.executable, "dev", command, "--help"], cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0
        assert f"usage: ./dev {command}" in done.stdout
